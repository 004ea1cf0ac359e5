# peft 0.10.0, transformers 4.41.2
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("microsoft/biogpt")
model = get_peft_model(model, LoraConfig(r=8, task_type="CAUSAL_LM"))
Trainer(model=model, args=TrainingArguments("bio"), train_dataset=ds).train()
