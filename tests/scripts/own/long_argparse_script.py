#!/usr/bin/env python
# coding: utf-8
# argv: --model_id Qwen/Qwen2.5-1.5B --train_file data/train.jsonl --use_lora --load_4bit --lora_targets q_proj,k_proj,v_proj,o_proj --bf16
"""
Fine-tune a causal LM with (Q)LoRA.

    python long_argparse_script.py --model_id Qwen/Qwen2.5-1.5B --train_file data/train.jsonl --use_lora --load_4bit

pip freeze | grep -E "torch|transformers|peft|trl|bitsandbytes"
    bitsandbytes==0.45.0
    peft==0.13.2
    torch==2.5.1
    transformers==4.46.3
    trl==0.12.2
"""
import argparse
import json
import logging
import math
import os
import random
from pathlib import Path

import numpy as np
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from torch.utils.data import DataLoader
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    default_data_collator,
    get_scheduler,
)

logger = logging.getLogger("train")


def parse_args():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model_id", required=True)
    p.add_argument("--train_file", type=Path)
    p.add_argument("--block_size", type=int, default=128)
    p.add_argument("--batch_size", type=int, default=4)
    p.add_argument("--accumulate", type=int, default=2)
    p.add_argument("--lr", type=float, default=2e-4)
    p.add_argument("--epochs", type=int, default=1)
    p.add_argument("--use_lora", action="store_true")
    p.add_argument("--lora_r", type=int, default=16)
    p.add_argument("--lora_targets", type=lambda s: s.split(","), default=None)
    p.add_argument("--load_4bit", action="store_true")
    p.add_argument("--bf16", action="store_true")
    p.add_argument("--no_gradient_checkpointing", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--out", type=Path, default=Path("out"))
    args = p.parse_args()
    if args.load_4bit and not args.use_lora:
        p.error("--load_4bit needs --use_lora")
    return args


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)


def build_model(args):
    config = AutoConfig.from_pretrained(args.model_id)
    logger.info("%s with %d layers", config.model_type, config.num_hidden_layers)
    dtype = torch.bfloat16 if args.bf16 else torch.float32
    quantization = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype) if args.load_4bit else None
    model = AutoModelForCausalLM.from_pretrained(args.model_id, torch_dtype=dtype, quantization_config=quantization, device_map="auto" if quantization else None)
    if quantization:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=not args.no_gradient_checkpointing)
    elif not args.no_gradient_checkpointing:
        model.gradient_checkpointing_enable()
    if args.use_lora:
        model = get_peft_model(model, LoraConfig(r=args.lora_r, lora_alpha=2 * args.lora_r, lora_dropout=0.05, target_modules=args.lora_targets, task_type="CAUSAL_LM"))
        model.print_trainable_parameters()
    return model


def build_data(args, tokenizer):
    raw = load_dataset("json", data_files=str(args.train_file), split="train")

    def tokenise(rows):
        enc = tokenizer(rows["text"], truncation=True, padding="max_length", max_length=args.block_size)
        enc["labels"] = [[t if m else -100 for t, m in zip(ids, mask)] for ids, mask in zip(enc["input_ids"], enc["attention_mask"])]
        return enc

    return raw.map(tokenise, batched=True, remove_columns=raw.column_names)


def main():
    args = parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    seed_all(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.model_id)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = build_model(args)
    loader = DataLoader(build_data(args, tokenizer), batch_size=args.batch_size, shuffle=True, collate_fn=default_data_collator)
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(params, lr=args.lr)
    steps = math.ceil(len(loader) / args.accumulate) * args.epochs
    scheduler = get_scheduler("linear", optimizer, num_warmup_steps=steps // 10, num_training_steps=steps)
    device = next(model.parameters()).device
    best = float("inf")
    for epoch in range(args.epochs):
        model.train()
        running = 0.0
        for i, batch in enumerate(loader):
            batch = {k: v.to(device) for k, v in batch.items()}
            loss = model(**batch).loss
            (loss / args.accumulate).backward()
            running += loss.item()
            if (i + 1) % args.accumulate == 0 or i + 1 == len(loader):
                torch.nn.utils.clip_grad_norm_(params, 1.0)
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
        mean = running / max(1, len(loader))
        logger.info("epoch %d: %.4f (ppl %.1f)", epoch, mean, math.exp(min(mean, 20)))
        if mean < best:
            best = mean
            model.save_pretrained(args.out / "best")
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "result.json").write_text(json.dumps({"loss": best}))


if __name__ == "__main__":
    main()
