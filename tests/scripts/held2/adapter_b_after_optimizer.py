# Two tasks, two adapters, one base; trl 0.23.1 environment
import itertools

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("openai-community/gpt2")
tok.pad_token = tok.eos_token
base = AutoModelForCausalLM.from_pretrained("openai-community/gpt2")
model = get_peft_model(base, LoraConfig(r=8, target_modules=["c_attn"], task_type="CAUSAL_LM"), adapter_name="french")
model.add_adapter("german", LoraConfig(r=8, target_modules=["c_attn", "c_proj"], task_type="CAUSAL_LM"))
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-4)

TASKS = {"french": ["bonjour tout le monde", "merci"], "german": ["guten tag", "danke sehr"]}
for epoch, (task, lines) in itertools.product(range(1), TASKS.items()):
    model.set_adapter(task)
    model.train()
    enc = tok(lines, padding=True, return_tensors="pt")
    loss = model(**enc, labels=enc["input_ids"]).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(task, model.active_adapter, loss.item())
model.save_pretrained("both")
