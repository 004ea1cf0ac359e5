# argv: configs/run.yaml --override lora.r=4
# A tiny experiment runner: yaml file + overrides. transformers 4.57, peft 0.18, trl 0.26.2
import argparse
import os
import sys

import torch
import yaml
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments, DataCollatorForLanguageModeling
from datasets import load_dataset

DEFAULT = {
    "model": {"name": "EleutherAI/pythia-410m", "dtype": "float32"},
    "lora": {"r": 16, "alpha": 32, "targets": ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"]},
    "optim": {"lr": 0.0002, "steps": 50, "checkpointing": True},
}


def set_by_path(tree, path, value):
    *head, last = path.split(".")
    for key in head:
        tree = tree[key]
    tree[last] = yaml.safe_load(value)


def load_config():
    ap = argparse.ArgumentParser(description="lora runner")
    ap.add_argument("config")
    ap.add_argument("--override", action="append", default=[], metavar="PATH=VALUE")
    ns = ap.parse_args()
    if not os.path.exists(ns.config):
        os.makedirs(os.path.dirname(ns.config), exist_ok=True)
        with open(ns.config, "w") as f:
            yaml.dump(DEFAULT, f, sort_keys=False)
    with open(ns.config) as f:
        cfg = yaml.safe_load(f)
    for item in ns.override:
        path, _, value = item.partition("=")
        set_by_path(cfg, path, value)
    return cfg


def main():
    cfg = load_config()
    m, l, o = cfg["model"], cfg["lora"], cfg["optim"]
    tok = AutoTokenizer.from_pretrained(m["name"])
    tok.pad_token = tok.pad_token or tok.eos_token
    model = AutoModelForCausalLM.from_pretrained(m["name"], dtype=getattr(torch, m["dtype"]))
    model = get_peft_model(model, LoraConfig(r=l["r"], lora_alpha=l["alpha"], target_modules=l["targets"], task_type="CAUSAL_LM"))
    model.print_trainable_parameters()
    ds = load_dataset("wikitext", "wikitext-2-raw-v1", split="train").map(lambda b: tok(b["text"], truncation=True, max_length=64), batched=True, remove_columns=["text"])
    args = TrainingArguments(output_dir="out", learning_rate=o["lr"], max_steps=o["steps"], gradient_checkpointing=o["checkpointing"], gradient_checkpointing_kwargs={"use_reentrant": True}, per_device_train_batch_size=4, report_to=[])
    Trainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorForLanguageModeling(tok, mlm=False)).train()


if __name__ == "__main__":
    sys.exit(main())
