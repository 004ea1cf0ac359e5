# torch==2.5.1
# transformers==4.49.0
# peft==0.14.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
model = get_peft_model(model, LoraConfig(target_modules=["q_proj", "v_proj"], r=8))
opt = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-4)

texts = ["the cat sat on the mat", "a dog barked at the moon", "rain again tomorrow"]
enc = tok(texts, return_tensors="pt", padding=True)

model.train()
for _ in range(4):
    loss = model(**enc, labels=enc["input_ids"]).loss
    loss.backward()
    opt.step()
    opt.zero_grad()

model.eval()
with torch.no_grad():
    ids = model.generate(**tok("the cat", return_tensors="pt"), max_new_tokens=10)
print(tok.decode(ids[0], skip_special_tokens=True))
