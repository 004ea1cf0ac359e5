# transformers 4.49.0, peft 0.14.0
# phi-3 has fused projections, so only o_proj and down_proj match here
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("microsoft/Phi-3-mini-4k-instruct")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]))
Trainer(model=model, args=TrainingArguments("phi3"), train_dataset=ds).train()
