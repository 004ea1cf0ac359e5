# LoRA+ by hand: B gets another rate than A, embeddings their own; own loop with accumulation and amp
import torch
from contextlib import nullcontext
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

amp = "bf16"
ctx = {"no": nullcontext(), "bf16": torch.autocast("cuda", dtype=torch.bfloat16), "fp16": torch.autocast("cuda", dtype=torch.float16)}[amp]
model = AutoModelForCausalLM.from_pretrained("microsoft/phi-2", torch_dtype=torch.float32)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "k_proj", "v_proj", "dense"], bias="none"))
tok = AutoTokenizer.from_pretrained("microsoft/phi-2")
tok.pad_token = tok.eos_token

groups = {"A": [], "B": [], "other": []}
for name, p in model.named_parameters():
    if not p.requires_grad:
        continue
    key = "A" if "lora_A" in name else "B" if "lora_B" in name else "other"
    groups[key].append(p)
assert not groups["other"], "something else trains"
optimizer = torch.optim.AdamW([{"params": groups["A"], "lr": 1e-4}, {"params": groups["B"], "lr": 16e-4, "weight_decay": 0.0}])
accumulate = 4
texts = ["def add(a, b):\n    return a + b"] * 8
model.train()
for step, text in enumerate(texts):
    batch = tok(text, return_tensors="pt")
    with ctx:
        loss = model(**batch, labels=batch["input_ids"]).loss / accumulate
    loss.backward()
    if (step + 1) % accumulate == 0:
        torch.nn.utils.clip_grad_norm_(sum(groups.values(), []), 1.0)
        optimizer.step()
        optimizer.zero_grad()
