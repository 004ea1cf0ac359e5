#!/usr/bin/env python3
# argv: --base Qwen/Qwen2-1.5B --gc --rank 32
# needs: transformers==4.44.2 peft==0.12.0 torch==2.4.1
import argparse

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--base", type=str, required=True)
    p.add_argument("--gc", action="store_true", help="gradient checkpointing")
    p.add_argument("--rank", type=int, default=8)
    p.add_argument("--alpha", type=int, default=None)
    p.add_argument("--targets", nargs="+", default=["q_proj", "v_proj"])
    p.add_argument("--lr", type=float, default=1e-4)
    return p.parse_args()


args = parse()
tok = AutoTokenizer.from_pretrained(args.base)
model = AutoModelForCausalLM.from_pretrained(args.base, torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=args.rank, lora_alpha=args.alpha or 2 * args.rank, target_modules=args.targets, task_type="CAUSAL_LM"))
if args.gc:
    model.gradient_checkpointing_enable()
    print("gradient checkpointing on")
data = load_dataset("json", data_files="train.jsonl", split="train")
data = data.map(lambda r: tok(r["text"], truncation=True, max_length=256), remove_columns=["text"])
trainer = Trainer(
    model=model,
    args=TrainingArguments(output_dir="out", learning_rate=args.lr, bf16=True, gradient_checkpointing=args.gc),
    train_dataset=data,
    data_collator=DataCollatorForLanguageModeling(tok, mlm=False),
)
trainer.train()
