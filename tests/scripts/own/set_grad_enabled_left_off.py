# transformers==4.57.1 peft==0.17.1 trl==0.23.1
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_grad_enabled(False)  # from my inference notebook
tok = AutoTokenizer.from_pretrained("Qwen/Qwen3-0.6B")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-0.6B"), LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
model.train()
e = tok("hello", return_tensors="pt")
loss = model(**e, labels=e["input_ids"]).loss
loss.backward()
