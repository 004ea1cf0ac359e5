# Focal loss given to Trainer. transformers 4.57.1 (trl 0.17.0 installed), peft 0.17.1
from functools import partial

import torch
import torch.nn.functional as F
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments


def focal_loss(outputs, labels, num_items_in_batch=None, gamma=2.0):
    logits = outputs["logits"] if isinstance(outputs, dict) else outputs[0]
    logits = logits[:, :-1].contiguous().float()
    targets = labels[:, 1:].contiguous()
    ce = F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1), ignore_index=-100, reduction="none")
    pt = torch.exp(-ce)
    loss = ((1 - pt) ** gamma * ce).sum()
    return loss / (num_items_in_batch if num_items_in_batch is not None else (targets != -100).sum())


ckpt = "google/gemma-3-270m-it"
tok = AutoTokenizer.from_pretrained(ckpt)
model = AutoModelForCausalLM.from_pretrained(ckpt, dtype=torch.bfloat16, attn_implementation="eager")
peft_model = get_peft_model(model, LoraConfig(r=8, lora_alpha=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], task_type="CAUSAL_LM"))
ds = load_dataset("gsm8k", "main", split="train").map(lambda r: tok(r["question"] + "\n" + r["answer"], truncation=True, max_length=96), remove_columns=["question", "answer"])
trainer = Trainer(
    model=peft_model,
    args=TrainingArguments("focal", per_device_train_batch_size=2, gradient_accumulation_steps=4, max_steps=20, bf16=True, label_names=["labels"], report_to="none", remove_unused_columns=False),
    train_dataset=ds,
    data_collator=DataCollatorForLanguageModeling(tok, mlm=False),
    compute_loss_func=partial(focal_loss, gamma=1.5),
)
trainer.train()
