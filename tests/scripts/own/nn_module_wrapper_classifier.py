# peft 0.17.1 transformers 4.57.1
import torch
from torch import nn
from peft import LoraConfig, get_peft_model
from transformers import AutoModel, AutoTokenizer


class SentimentModel(nn.Module):
    def __init__(self, name="bert-base-uncased", labels=2):
        super().__init__()
        self.encoder = get_peft_model(AutoModel.from_pretrained(name), LoraConfig(r=8, target_modules=["query", "value"]))
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, labels)

    def forward(self, **enc):
        hidden = self.encoder(**enc).last_hidden_state[:, 0]
        return self.head(self.drop(hidden))


tok = AutoTokenizer.from_pretrained("bert-base-uncased")
model = SentimentModel()
opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-4)
criterion = nn.CrossEntropyLoss()
for texts, labels in [(["good film", "bad film"], [1, 0])] * 3:
    enc = tok(texts, return_tensors="pt", padding=True)
    loss = criterion(model(**enc), torch.tensor(labels))
    opt.zero_grad()
    loss.backward()
    opt.step()
