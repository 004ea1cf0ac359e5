# peft==0.17.1 / transformers==4.57.1 / trl==0.17.0
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer
from datasets import load_dataset

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B-Instruct", quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16))
model = PeftModel.from_pretrained(model, "me/qwen-adapter")
trainer = SFTTrainer(model, args=SFTConfig(output_dir="o", gradient_checkpointing=True), train_dataset=load_dataset("trl-lib/Capybara", split="train"))
trainer.train()
