# weight tying: what happens when I adapt lm_head of gpt2? (peft 0.12, transformers 4.44.2)
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("gpt2-medium")
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained("gpt2-medium")
print("tied:", model.get_input_embeddings().weight.data_ptr() == model.get_output_embeddings().weight.data_ptr())
model = get_peft_model(model, LoraConfig(r=4, target_modules=["c_attn", "wte", "lm_head"], fan_in_fan_out=False, task_type="CAUSAL_LM"))
trainable = sorted({n.split(".")[-3] for n, p in model.named_parameters() if p.requires_grad})
print(trainable)
enc = tokenizer(["hello there", "general"], padding=True, return_tensors="pt")
labels = enc.input_ids.clone()
labels[enc.attention_mask == 0] = -100
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    loss = model(**enc, labels=labels)[0]
    loss.backward()
    opt.step()
    model.zero_grad()
