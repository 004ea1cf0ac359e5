# pip install "trl==0.26.2" "peft==0.18.0" "transformers==4.57.1"
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("microsoft/phi-2")
model = get_peft_model(model, LoraConfig(r=16, target_modules=["q_proj", "k_proj", "v_proj", "dense"]))
model.requires_grad_(False)
for name, p in model.named_parameters():
    if "lora_" in name:
        p.requires_grad_(True)
trainer = Trainer(model=model, args=TrainingArguments("phi2", max_steps=50), train_dataset=train_ds)
trainer.train()
