# transformers==4.57.1 peft==0.17.1
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-160m", torch_dtype=torch.float16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["query_key_value"], modules_to_save=["embed_out"]))
Trainer(model=model, args=TrainingArguments("o", fp16=True), train_dataset=ds).train()
