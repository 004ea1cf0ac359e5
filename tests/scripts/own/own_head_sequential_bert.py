# a deeper head than the model's own; encoder frozen
import torch
from torch import nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased", num_labels=3)
for p in model.bert.parameters():
    p.requires_grad = False
hidden = model.config.hidden_size
model.classifier = nn.Sequential(nn.Linear(hidden, 64), nn.Tanh(), nn.Dropout(0.2), nn.Linear(64, 3))
tok = AutoTokenizer.from_pretrained("bert-base-uncased")
batch = tok(["one", "two"], return_tensors="pt", padding=True)
opt = torch.optim.Adam(model.classifier.parameters(), lr=1e-3)
model.train()
loss = model(**batch, labels=torch.tensor([0, 2])).loss
loss.backward()
opt.step()
