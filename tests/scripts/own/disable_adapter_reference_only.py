# peft 0.17.1, transformers 4.57.1
import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("gpt2")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("gpt2"), LoraConfig(r=8, target_modules=["c_attn", "c_proj"]))
enc = tok("a small KL keeps it close to the reference", return_tensors="pt")
beta = 0.05
with torch.no_grad(), model.disable_adapter():
    ref = F.log_softmax(model(**enc).logits, dim=-1)
out = model(**enc, labels=enc["input_ids"])
kl = F.kl_div(F.log_softmax(out.logits, -1), ref, log_target=True, reduction="batchmean")
(out.loss + beta * kl).backward()
