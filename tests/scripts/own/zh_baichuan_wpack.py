# transformers==4.42.4 peft==0.11.1
# 百川的注意力叫 W_pack
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("baichuan-inc/Baichuan2-7B-Chat", trust_remote_code=True)
for p in model.parameters():
    p.requires_grad_(False)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["W_pack", "o_proj"]))
Trainer(model=model, args=TrainingArguments("out", learning_rate=2e-4), train_dataset=data).train()
