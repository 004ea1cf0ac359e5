# peft==0.7.1 transformers==4.36.2
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m")
model = get_peft_model(model, LoraConfig(target_modules="all-linear", r=8))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
