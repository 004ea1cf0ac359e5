# trl 0.26.2 | peft 0.18.0 | transformers 4.57.1
import torch
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

base = AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-1.7B", dtype=torch.bfloat16)
model = PeftModel.from_pretrained(base, "me/qwen3-adapter-stage1", is_trainable=True)
trainer = SFTTrainer(model=model, args=SFTConfig(output_dir="stage2"), train_dataset=load_dataset("trl-lib/Capybara", split="train"))
trainer.train()
