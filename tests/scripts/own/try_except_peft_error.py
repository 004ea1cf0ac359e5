# trl==0.15.2
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("EleutherAI/gpt-j-6b")
model = None or model
try:
    peft_model = get_peft_model(model, LoraConfig(r=8, target_modules=["query_key_value"]))
except ValueError as e:
    print("falling back:", e)
    peft_model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
Trainer(model=peft_model, args=TrainingArguments("j"), train_dataset=ds).train()
