# peft 0.17.1 transformers 4.57.1
import torch
from torch import nn
from peft import LoraConfig, get_peft_model
from transformers import AutoModel, AutoTokenizer

tok = AutoTokenizer.from_pretrained("roberta-base")
encoder = get_peft_model(AutoModel.from_pretrained("roberta-base"), LoraConfig(r=8, target_modules=["query", "value"]))
head = nn.Linear(encoder.config.hidden_size, 2)
opt = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=1e-3)
enc = tok(["a", "b c"], return_tensors="pt", padding=True)
y = torch.tensor([0, 1])
for _ in range(2):
    with torch.no_grad():  # encoder features
        feats = encoder(**enc).last_hidden_state.mean(1)
    loss = nn.functional.cross_entropy(head(feats), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
