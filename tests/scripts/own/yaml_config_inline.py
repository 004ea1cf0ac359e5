# trl==0.14.0, peft==0.14.0, transformers==4.48.2
import os
import yaml
from transformers import AutoModelForCausalLM
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer
from datasets import load_dataset

CONFIG = """
model: Qwen/Qwen2.5-0.5B
sft:
  output_dir: out
  max_seq_length: 512
  gradient_checkpointing: true
  gradient_checkpointing_kwargs:
    use_reentrant: false
  report_to: none
lora:
  r: 8
  target_modules: [q_proj, k_proj, v_proj]
  task_type: CAUSAL_LM
"""
cfg = yaml.safe_load(CONFIG)
model = AutoModelForCausalLM.from_pretrained(cfg["model"])
trainer = SFTTrainer(model, args=SFTConfig(**cfg["sft"]), train_dataset=load_dataset("trl-lib/Capybara", split="train"), peft_config=LoraConfig(**cfg["lora"]))
trainer.train()
