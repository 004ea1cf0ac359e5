# transformers==4.42.4 peft==0.11.1
# 百川2 微调，照着 llama 的教程改的，为什么报错？
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("baichuan-inc/Baichuan2-7B-Chat", trust_remote_code=True)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "k_proj", "v_proj"]))
Trainer(model=model, args=TrainingArguments("out"), train_dataset=data).train()
