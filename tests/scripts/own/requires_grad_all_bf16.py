# trl 0.19.1
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B", torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
for p in model.parameters():
    p.requires_grad = True
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
