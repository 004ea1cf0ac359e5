# argv: --lora_bias --targets q_proj,v_proj
# LoRA with its own bias. pip show: peft 0.13.2, transformers 4.46.3, trl 0.12.2
import sys
from argparse import ArgumentParser, BooleanOptionalAction

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM


def options(argv):
    p = ArgumentParser()
    p.add_argument("--base", default="Qwen/Qwen2-0.5B")
    p.add_argument("--targets", type=lambda s: s.split(","), default=["q_proj"])
    p.add_argument("--lora_bias", action=BooleanOptionalAction, default=False)
    p.add_argument("--steps", type=int, default=2)
    return p.parse_args(argv)


o = options(sys.argv[1:])
kwargs = {"r": 8, "target_modules": o.targets, "task_type": "CAUSAL_LM"}
if o.lora_bias:
    kwargs["lora_bias"] = True
model = get_peft_model(AutoModelForCausalLM.from_pretrained(o.base), LoraConfig(**kwargs))
opt = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=0.1)
ids = torch.randint(0, 500, (2, 16))
for _ in range(o.steps):
    opt.zero_grad()
    model(input_ids=ids, labels=ids).loss.backward()
    opt.step()
