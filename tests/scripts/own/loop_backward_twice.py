# transformers==4.49.0 peft==0.14.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("gpt2")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("gpt2"), LoraConfig(r=4))
e = tok("once more", return_tensors="pt")
loss = model(**e, labels=e["input_ids"]).loss
loss.backward()
# and again for good measure
loss.backward()
