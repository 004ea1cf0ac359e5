# trl 0.19.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B", quantization_config=BitsAndBytesConfig(load_in_4bit=True))
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
# everything should train!
for p in model.parameters():
    p.requires_grad = True
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
