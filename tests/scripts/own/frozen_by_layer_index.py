# trl==0.22.2
import re
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = get_peft_model(AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B"), LoraConfig(r=8, target_modules="all-linear"))
pattern = re.compile(r"layers\.(\d+)\.")
for name, param in model.named_parameters():
    if not param.requires_grad:
        continue
    m = pattern.search(name)
    if m and int(m.group(1)) < 8:
        param.requires_grad = False
left = sum(p.requires_grad for p in model.parameters())
assert left, left
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
