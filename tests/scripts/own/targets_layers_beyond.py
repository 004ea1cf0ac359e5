# peft 0.17.1, transformers 4.57.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

# last two of 32... but this one has 22
model = AutoModelForCausalLM.from_pretrained("TinyLlama/TinyLlama-1.1B-Chat-v1.0")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], layers_to_transform=[30, 31]))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
