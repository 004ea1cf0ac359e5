# peft 0.13.2, torch 2.5.1, transformers 4.46.3
import torch
from torch.cuda.amp import GradScaler, autocast
from torch.utils.data import DataLoader
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, default_data_collator
from datasets import load_dataset

MODEL_ID = "facebook/opt-350m"
tokenizer = AutoTokenizer.from_pretrained(MODEL_ID)
model = AutoModelForCausalLM.from_pretrained(MODEL_ID, torch_dtype=torch.float16, device_map={"": 0})
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "v_proj", "out_proj"], task_type="CAUSAL_LM"))

def prep(e):
    t = tokenizer(e["text"], padding="max_length", truncation=True, max_length=64)
    t["labels"] = t["input_ids"].copy()
    return t

ds = load_dataset("ag_news", split="train[:200]").map(prep, batched=True, remove_columns=["text", "label"])
loader = DataLoader(ds, batch_size=4, shuffle=True, collate_fn=default_data_collator)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
scaler = GradScaler()
accum = 4
model.train()
for step, batch in enumerate(loader):
    batch = {k: v.cuda() for k, v in batch.items()}
    with autocast(dtype=torch.float16):
        loss = model(**batch).loss / accum
    scaler.scale(loss).backward()
    if (step + 1) % accum == 0:
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
    if step % 10 == 0:
        print(f"step {step} loss {loss.item() * accum:.3f} scale {scaler.get_scale()}")
