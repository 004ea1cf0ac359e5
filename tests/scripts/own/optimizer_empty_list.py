# transformers==4.49.0 peft==0.14.0
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("gpt2"), "me/gpt2-poems")
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
tok = AutoTokenizer.from_pretrained("gpt2")
e = tok("roses are red", return_tensors="pt")
model(**e, labels=e["input_ids"]).loss.backward()
optimizer.step()
