# pip install trl==0.15.2
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("bigcode/starcoder2-3b")
lora_config = LoraConfig(
    task_type="CAUSAL_LM",
    inference_mode=True,
    r=16,
    lora_alpha=32,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
)
model = get_peft_model(model, lora_config)
Trainer(model=model, args=TrainingArguments("code"), train_dataset=train_ds).train()
