# trl==0.20.0 (pip show trl)
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("bigscience/bloom-560m", torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["query_key_value"]))
SFTTrainer(model, args=SFTConfig("bloom", gradient_checkpointing=True, max_length=128), train_dataset=load_dataset("imdb", split="train")).train()
