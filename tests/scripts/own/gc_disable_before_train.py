# transformers==4.41.2 peft==0.10.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("facebook/opt-125m")
model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
model.gradient_checkpointing_enable()
model.train()
USE_GC = False
if not USE_GC:
    model.gradient_checkpointing_disable()
e = tok("off again", return_tensors="pt")
loss = model(**e, labels=e["input_ids"]).loss
loss.backward()
