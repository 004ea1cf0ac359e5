# Everything in one YAML file. trl 0.23.0
import pathlib

import torch
import yaml
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

CONFIG = """
model: HuggingFaceTB/SmolLM2-135M
dataset: tatsu-lab/alpaca
lora:
  r: 16
  lora_alpha: 32
  lora_dropout: 0.05
  target_modules: [q_proj, k_proj, v_proj, o_proj]
  task_type: CAUSAL_LM
train:
  output_dir: out
  per_device_train_batch_size: 4
  learning_rate: 2e-4
  max_steps: 200
  logging_steps: 10
  gradient_checkpointing: false
  report_to: none
"""
path = pathlib.Path("config.yaml")
path.write_text(CONFIG)

with path.open() as f:
    cfg = yaml.safe_load(f)

tokenizer = AutoTokenizer.from_pretrained(cfg["model"])
model = AutoModelForCausalLM.from_pretrained(cfg["model"], torch_dtype=torch.bfloat16)
dataset = load_dataset(cfg["dataset"], split="train")
dataset = dataset.map(lambda r: {"text": f"### {r['instruction']}\n{r['input']}\n### {r['output']}"}, remove_columns=[c for c in dataset.column_names if c != "text"])
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(**cfg["train"]),
    train_dataset=dataset,
    peft_config=LoraConfig(**cfg["lora"]),
    processing_class=tokenizer,
)
trainer.train()
