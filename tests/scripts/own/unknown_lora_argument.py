# peft 0.5.0
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("huggyllama/llama-7b")
model = get_peft_model(model, LoraConfig(r=8, use_dora=True, target_modules=["q_proj", "v_proj"]))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
