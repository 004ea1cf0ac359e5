# transformers: 4.57.1
# peft: 0.17.1
import torch
from torch.utils.data import DataLoader
from datasets import load_dataset
from peft import get_peft_model, LoraConfig
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup, set_seed
from tqdm import tqdm

set_seed(42)
device = "cuda"
tokenizer = AutoTokenizer.from_pretrained("bert-base-cased")
datasets = load_dataset("glue", "mrpc")

def tokenize_function(examples):
    return tokenizer(examples["sentence1"], examples["sentence2"], truncation=True, max_length=None)

tokenized = datasets.map(tokenize_function, batched=True, remove_columns=["idx", "sentence1", "sentence2"])
tokenized = tokenized.rename_column("label", "labels")

def collate_fn(examples):
    return tokenizer.pad(examples, padding="longest", return_tensors="pt")

train_dataloader = DataLoader(tokenized["train"], shuffle=True, collate_fn=collate_fn, batch_size=8)
model = AutoModelForSequenceClassification.from_pretrained("bert-base-cased", return_dict=True)
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", inference_mode=False, r=8, lora_alpha=16, lora_dropout=0.1))
model.to(device)
optimizer = torch.optim.AdamW(params=model.parameters(), lr=3e-4)
scheduler = get_linear_schedule_with_warmup(optimizer, 10, len(train_dataloader) * 2)
for epoch in range(2):
    model.train()
    for step, batch in enumerate(tqdm(train_dataloader)):
        batch.to(device)
        outputs = model(**batch)
        loss = outputs.loss
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    model.eval()
    for batch in train_dataloader:
        with torch.no_grad():
            out = model(**batch.to(device))
        preds = out.logits.argmax(dim=-1)
