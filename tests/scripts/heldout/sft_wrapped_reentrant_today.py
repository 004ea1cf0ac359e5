# model wrapped first, everything bf16, reentrant forced, newest TRL
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B-Instruct", dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]))
args = SFTConfig(output_dir="x", max_steps=10, gradient_checkpointing=True, gradient_checkpointing_kwargs=dict(use_reentrant=True))
SFTTrainer(model=model, args=args, train_dataset=load_dataset("stanfordnlp/imdb", split="train[:5%]")).train()
