# trl 0.12.2
import os
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

TARGETS = os.getenv("LORA_TARGETS", "q_proj,v_proj,up_proj")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("TinyLlama/TinyLlama_v1.1"), LoraConfig(r=4, target_modules=TARGETS))
Trainer(model=model, args=TrainingArguments("o", report_to="none"), train_dataset=ds).train()
