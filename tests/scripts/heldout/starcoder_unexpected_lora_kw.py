# an argument that this PEFT hasn't yet
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("bigcode/starcoder2-3b", torch_dtype=torch.bfloat16)
config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", use_dora=True, exclude_modules=["lm_head"], task_type="CAUSAL_LM")
model = get_peft_model(model, config)
