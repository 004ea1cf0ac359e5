# only the adapters of the last 8 layers learn; trl 0.22.2, peft 0.17.1, transformers 4.57.1
import re

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

MODEL = "Qwen/Qwen3-0.6B"
KEEP_LAST = 8
tok = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16)
n_layers = model.config.num_hidden_layers
model = get_peft_model(model, LoraConfig(r=16, target_modules="all-linear", task_type="CAUSAL_LM"))

for name, param in model.named_parameters():
    found = re.search(r"layers\.(\d+)\.", name)
    if found and int(found.group(1)) < n_layers - KEEP_LAST:
        param.requires_grad = False
print(sum(p.numel() for p in model.parameters() if p.requires_grad))

ds = load_dataset("roneneldan/TinyStories", split="train[:1%]").map(lambda r: tok(r["text"], truncation=True, max_length=96), remove_columns=["text"])
trainer = Trainer(
    model=model,
    args=TrainingArguments("last8", per_device_train_batch_size=2, max_steps=20, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}, bf16=True, report_to="none"),
    train_dataset=ds,
    data_collator=DataCollatorForLanguageModeling(tok, mlm=False),
)
trainer.train()
