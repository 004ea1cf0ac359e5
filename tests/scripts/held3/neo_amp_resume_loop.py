# GPT-Neo, plain PyTorch, resumes from its own checkpoint file.
# torch 2.4.1, transformers 4.44.2, peft 0.12.0, trl 0.11.4
import logging
import math
import os
from dataclasses import asdict, dataclass

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from torch.utils.data import DataLoader
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, get_cosine_schedule_with_warmup

logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
log = logging.getLogger(__name__)


@dataclass
class Config:
    model: str = "EleutherAI/gpt-neo-125m"
    data: str = "roneneldan/TinyStories"
    rank: int = 16
    lr: float = 3e-4
    batch: int = 4
    block: int = 64
    steps: int = 3
    accumulate: int = 2
    clip: float = 1.0
    checkpoint: str = "last.pt"


cfg = Config()
log.info("%s", asdict(cfg))
device = "cuda" if torch.cuda.is_available() else "cpu"
tokenizer = AutoTokenizer.from_pretrained(cfg.model)
tokenizer.pad_token = tokenizer.eos_token
stories = load_dataset(cfg.data, split="train").select(range(32))


def collate(rows):
    batch = tokenizer([r["text"] for r in rows], padding=True, truncation=True, max_length=cfg.block, return_tensors="pt")
    labels = batch["input_ids"].clone()
    labels[batch["attention_mask"] == 0] = -100
    batch["labels"] = labels
    return batch


loader = DataLoader(stories, batch_size=cfg.batch, shuffle=True, collate_fn=collate, drop_last=True)
model = AutoModelForCausalLM.from_pretrained(cfg.model)
model = get_peft_model(model, LoraConfig(r=cfg.rank, lora_alpha=2 * cfg.rank, target_modules=["k_proj", "v_proj", "q_proj", "out_proj"], init_lora_weights="gaussian", task_type="CAUSAL_LM"))
model.to(device)
decay = [p for n, p in model.named_parameters() if p.requires_grad and "lora_A" in n]
rest = [p for n, p in model.named_parameters() if p.requires_grad and "lora_A" not in n]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=cfg.lr, betas=(0.9, 0.95))
schedule = get_cosine_schedule_with_warmup(optimizer, 1, cfg.steps)
scaler = torch.cuda.amp.GradScaler(enabled=device == "cuda")
start = 0
if os.path.isfile(cfg.checkpoint):
    state = torch.load(cfg.checkpoint, map_location=device)
    set_peft_model_state_dict(model, state["adapter"])
    optimizer.load_state_dict(state["optimizer"])
    start = state["step"]

model.train()
step, seen = start, 0.0
bar = tqdm(total=cfg.steps, initial=start)
while step < cfg.steps:
    for i, batch in enumerate(loader):
        batch = {k: v.to(device, non_blocking=True) for k, v in batch.items()}
        with torch.autocast(device_type="cuda", dtype=torch.float16, enabled=device == "cuda"):
            loss = model(**batch).loss / cfg.accumulate
        scaler.scale(loss).backward()
        seen += loss.item()
        if (i + 1) % cfg.accumulate:
            continue
        scaler.unscale_(optimizer)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), cfg.clip)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        step += 1
        bar.update(1)
        if not math.isfinite(norm):
            log.warning("norm %s at step %d", norm, step)
        if step >= cfg.steps:
            break
torch.save({"adapter": get_peft_model_state_dict(model), "optimizer": optimizer.state_dict(), "step": step}, cfg.checkpoint)
