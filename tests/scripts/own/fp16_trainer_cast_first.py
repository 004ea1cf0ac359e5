# transformers==4.41.2 peft==0.10.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m", torch_dtype=torch.float16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
for p in model.parameters():
    if p.requires_grad:
        p.data = p.data.float()
Trainer(model=model, args=TrainingArguments("o", fp16=True), train_dataset=ds).train()
