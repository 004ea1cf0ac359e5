# peft==0.20.0 transformers==5.15.0
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]), adapter_name="train_me")
# for comparing later
model.load_adapter("me/old-adapter", adapter_name="old")
print(model.active_adapter)
Trainer(model=model, args=TrainingArguments(output_dir="out"), train_dataset=ds).train()
