# transformers==4.46.3 peft==0.13.2
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("facebook/opt-125m")
model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], lora_dropout=0.0))
model.gradient_checkpointing_enable()
model.eval()
e = tok("checkpointing only happens in train mode", return_tensors="pt")
loss = model(**e, labels=e["input_ids"]).loss
loss.backward()
print(sum(p.grad is not None for p in model.parameters()))
