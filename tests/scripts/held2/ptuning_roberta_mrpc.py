# P-tuning on MRPC (peft 0.7.1 / transformers 4.36.2)
import argparse

import torch
from datasets import load_dataset
from peft import PromptEncoderConfig, get_peft_model
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup, set_seed

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="roberta-large")
parser.add_argument("--virtual", type=int, default=20)
parser.add_argument("--epochs", type=int, default=1)
args = parser.parse_args()

set_seed(42)
peft_config = PromptEncoderConfig(task_type="SEQ_CLS", num_virtual_tokens=args.virtual, encoder_hidden_size=128)
tokenizer = AutoTokenizer.from_pretrained(args.model, padding_side="right")
if getattr(tokenizer, "pad_token_id") is None:
    tokenizer.pad_token_id = tokenizer.eos_token_id
datasets = load_dataset("glue", "mrpc")


def tokenize_function(examples):
    return tokenizer(examples["sentence1"], examples["sentence2"], truncation=True, max_length=128)


tokenized = datasets.map(tokenize_function, batched=True, remove_columns=["idx", "sentence1", "sentence2"]).rename_column("label", "labels")


def collate_fn(examples):
    return tokenizer.pad(examples, padding="longest", return_tensors="pt")


train_dataloader = DataLoader(tokenized["train"], shuffle=True, collate_fn=collate_fn, batch_size=16)
model = AutoModelForSequenceClassification.from_pretrained(args.model, return_dict=True)
model = get_peft_model(model, peft_config)
model.print_trainable_parameters()
optimizer = AdamW(params=model.parameters(), lr=1e-3)
scheduler = get_linear_schedule_with_warmup(optimizer, 10, len(train_dataloader) * args.epochs)
model.to("cuda")
for epoch in range(args.epochs):
    model.train()
    for batch in train_dataloader:
        batch.to("cuda")
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
