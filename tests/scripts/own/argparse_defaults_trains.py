#!/usr/bin/env python3
# needs: transformers==4.44.2 peft==0.12.0 torch==2.4.1
# usage: python train.py --base Qwen/Qwen2-1.5B
import argparse
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

p = argparse.ArgumentParser()
p.add_argument("--base", default="Qwen/Qwen2-0.5B")
p.add_argument("--no-gc", dest="gc", action="store_false")
p.add_argument("--reentrant", action="store_true")
p.add_argument("--bits", type=int, choices=[4, 8, 16], default=16)
a, unknown = p.parse_known_args()

kwargs = {}
if a.bits == 4:
    kwargs["load_in_4bit"] = True
elif a.bits == 8:
    kwargs["load_in_8bit"] = True
model = AutoModelForCausalLM.from_pretrained(a.base, **kwargs)
model = get_peft_model(model, LoraConfig(target_modules=["q_proj", "k_proj", "v_proj"], r=8))
targs = TrainingArguments(output_dir="out", gradient_checkpointing=a.gc, gradient_checkpointing_kwargs={"use_reentrant": a.reentrant})
Trainer(model=model, args=targs, train_dataset=train_dataset).train()
