# torch 2.5.1 transformers 4.49.0 peft 0.14.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct", torch_dtype=torch.float32)
model = get_peft_model(model, LoraConfig(target_modules="all-linear", r=8))
opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)

texts = ["the cat sat on the mat", "a dog barked at the moon", "rain again tomorrow"]
enc = tok(texts, return_tensors="pt", padding=True)

# saves memory
with torch.no_grad():
    out = model(**enc, labels=enc["input_ids"])
loss = out.loss
print(loss)
loss.backward()
opt.step()
