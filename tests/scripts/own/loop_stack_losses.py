# transformers==4.44.2, peft==0.12.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

model_name = "HuggingFaceTB/SmolLM-135M"
tok = AutoTokenizer.from_pretrained(model_name)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(model_name), LoraConfig(r=4, target_modules=["q_proj"]))
opt = torch.optim.AdamW(model.parameters())
losses = [model(**e, labels=e["input_ids"]).loss for e in (tok(t, return_tensors="pt") for t in ["average the losses", "of several texts"])]
loss = torch.stack(losses).mean()
print(loss.item())
loss.backward()
opt.step()
