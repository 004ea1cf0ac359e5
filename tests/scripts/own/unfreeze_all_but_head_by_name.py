# transformers 4.57.1 peft 0.17.1
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import LoraConfig, get_peft_model

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2-0.5B", torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
n_train = 0
for name, p in model.named_parameters():
    if "lora" in name and ("layers.0." in name or "layers.1." in name):
        p.requires_grad = True
        n_train += 1
    else:
        p.requires_grad = False
print("training", n_train, "tensors")

tok = AutoTokenizer.from_pretrained("Qwen/Qwen2-0.5B")
batch = tok("fine tuning only the first two layers", return_tensors="pt")
model.train()
loss = model(**batch, labels=batch.input_ids).loss
loss.backward()
print([n for n, p in model.named_parameters() if p.grad is not None])
