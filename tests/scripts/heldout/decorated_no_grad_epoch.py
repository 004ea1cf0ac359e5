"""Somebody copied the evaluation function to get a training one and left its decorator there."""
import torch
from torch.optim import AdamW
from torch.utils.data import DataLoader
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling
from peft import LoraConfig, TaskType, get_peft_model

device = "cuda" if torch.cuda.is_available() else "cpu"
checkpoint = "EleutherAI/pythia-410m"
tokenizer = AutoTokenizer.from_pretrained(checkpoint)
tokenizer.pad_token = tokenizer.eos_token
dataset = load_dataset("roneneldan/TinyStories", split="train[:1%]")
dataset = dataset.map(lambda e: tokenizer(e["text"], truncation=True, max_length=128), batched=True, remove_columns=["text"])
loader = DataLoader(dataset, batch_size=4, shuffle=True, collate_fn=DataCollatorForLanguageModeling(tokenizer, mlm=False))

model = AutoModelForCausalLM.from_pretrained(checkpoint, torch_dtype=torch.float32)
model = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, r=8, lora_alpha=16, target_modules=["query_key_value"]))
model.to(device)
optimizer = AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-4)


@torch.no_grad()
def run_epoch(model, loader, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total = 0.0
    for step, batch in enumerate(loader):
        batch = {k: v.to(device) for k, v in batch.items()}
        out = model(**batch)
        if training:
            optimizer.zero_grad()
            out.loss.backward()
            optimizer.step()
        total += out.loss.item()
        if step >= 2:
            break
    return total / (step + 1)


for epoch in range(2):
    print(epoch, run_epoch(model, loader, optimizer))
