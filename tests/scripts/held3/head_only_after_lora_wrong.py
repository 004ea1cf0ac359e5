# "LoRA + unfrozen last block". transformers 4.57.1, peft 0.17.1, trl 0.20.0
import re

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

MODEL = "ibm-granite/granite-3.1-2b-instruct"
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16)
last = model.config.num_hidden_layers - 1
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=r".*\.layers\.(0|1|2|3)\..*\.(q_proj|v_proj)", task_type="CAUSAL_LM"))
pattern = re.compile(rf"\.layers\.{last}\.(mlp|self_attn)\.")
opened = []
for name, p in model.named_parameters():
    if pattern.search(name):
        p.requires_grad_(True)
        opened.append(name)
assert opened, "nothing matched"
print(len(opened), "tensors of the last block opened")
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="last", max_length=128, max_steps=2, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}, report_to="none"),
    train_dataset=load_dataset("tatsu-lab/alpaca", split="train[:64]").remove_columns(["instruction", "input", "output"]),
    processing_class=AutoTokenizer.from_pretrained(MODEL),
)
trainer.train()
