# transformers==4.44.2, peft==0.12.0
import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m")
model.gradient_checkpointing_enable()
model.add_adapter(LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
model.train()
tok = AutoTokenizer.from_pretrained("facebook/opt-125m")
inputs = tok("where does the gradient go", return_tensors="pt")
loss = model(**inputs, labels=inputs["input_ids"]).loss
loss.backward()
