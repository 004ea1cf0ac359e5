# peft 0.17.1, transformers 4.57.1
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("gpt2")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("gpt2"), LoraConfig(r=8, target_modules=["c_attn"]))
enc = tok("the reference model is the model without adapter", return_tensors="pt")
with model.disable_adapter():
    out = model(**enc, labels=enc["input_ids"])
    out.loss.backward()
