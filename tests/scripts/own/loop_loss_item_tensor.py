# transformers==4.44.2, peft==0.12.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

model_name = "HuggingFaceTB/SmolLM-135M"
tok = AutoTokenizer.from_pretrained(model_name)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(model_name), LoraConfig(r=4, target_modules=["q_proj"]))
opt = torch.optim.AdamW(model.parameters())
losses = []
for t in ["average the losses", "of several texts", "then step once"]:
    e = tok(t, return_tensors="pt")
    losses.append(model(**e, labels=e["input_ids"]).loss.item())
loss = torch.tensor(sum(losses) / len(losses))
loss.backward()
opt.step()
