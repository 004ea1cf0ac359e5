"""Sentence embeddings with an InfoNCE loss; LoRA on a BERT encoder. peft 0.14.0 transformers 4.48.2"""
import torch
import torch.nn.functional as F
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModel, AutoTokenizer

name = "bert-base-uncased"
tok = AutoTokenizer.from_pretrained(name)
encoder = AutoModel.from_pretrained(name)
config = LoraConfig(task_type=TaskType.FEATURE_EXTRACTION, inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1, target_modules=["query", "key", "value"])
encoder = get_peft_model(encoder, config)
encoder.print_trainable_parameters()


def embed(texts):
    enc = tok(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    hidden = encoder(**enc).last_hidden_state
    mask = enc["attention_mask"].unsqueeze(-1).float()
    pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    return F.normalize(pooled, dim=-1)


pairs = [("how old are you", "what is your age"), ("buy a ticket", "purchase a ticket"), ("rainy day", "wet weather")]
optim = torch.optim.AdamW(encoder.parameters(), lr=2e-5)
encoder.train()
for epoch in range(2):
    q, d = zip(*pairs)
    scores = embed(list(q)) @ embed(list(d)).T / 0.05
    loss = F.cross_entropy(scores, torch.arange(len(pairs)))
    optim.zero_grad()
    loss.backward()
    optim.step()
    print(f"epoch {epoch}: {loss.item():.4f}")
