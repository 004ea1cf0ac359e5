# pip install trl==0.15.2
from peft import PeftConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

cfg = PeftConfig.from_pretrained("me/llama-adapter")
cfg.inference_mode = False
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(model, cfg)
Trainer(model=model, args=TrainingArguments("o"), train_dataset=train_ds).train()
