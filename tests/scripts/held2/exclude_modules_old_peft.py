# argv: train --model google/gemma-2-2b --rank 8
# peft 0.12.0, trl 0.11.4
import argparse

import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer


def cmd_train(ns):
    model = AutoModelForCausalLM.from_pretrained(ns.model, torch_dtype=torch.bfloat16, attn_implementation="eager")
    tokenizer = AutoTokenizer.from_pretrained(ns.model)
    peft_config = LoraConfig(r=ns.rank, lora_alpha=2 * ns.rank, target_modules="all-linear", exclude_modules=["o_proj"], task_type="CAUSAL_LM")
    SFTTrainer(
        model=model, tokenizer=tokenizer, peft_config=peft_config, train_dataset=load_dataset("imdb", split="train"),
        args=SFTConfig(output_dir="out", dataset_text_field="text", max_seq_length=128, max_steps=10),
    ).train()


def cmd_merge(ns):
    from peft import AutoPeftModelForCausalLM

    AutoPeftModelForCausalLM.from_pretrained(ns.adapter).merge_and_unload().save_pretrained(ns.out)


parser = argparse.ArgumentParser()
sub = parser.add_subparsers(dest="command", required=True)
train = sub.add_parser("train")
train.add_argument("--model", default="google/gemma-2b")
train.add_argument("--rank", type=int, default=16)
train.set_defaults(func=cmd_train)
merge = sub.add_parser("merge")
merge.add_argument("adapter")
merge.add_argument("out")
merge.set_defaults(func=cmd_merge)
ns = parser.parse_args()
ns.func(ns)
