# trl==0.19.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")
cfg = LoraConfig(r=8, target_modules=r"model\.layers\.(2[0-3])\.self_attn\.(q|v)_proj")
model = get_peft_model(model, cfg)
print([n for n, _ in model.named_modules() if n.endswith("lora_A")])
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
