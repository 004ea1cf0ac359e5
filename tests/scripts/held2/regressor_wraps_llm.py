# Scores essays: hidden state of an LLM with LoRA, own head, own loop. trl 0.19.1's environment
import torch
import torch.nn as nn
from peft import LoraConfig, TaskType, get_peft_model
from torch.utils.data import DataLoader, Dataset
from transformers import AutoModel, AutoTokenizer


class Essays(Dataset):
    def __init__(self, tokenizer, n=24):
        self.rows = [(f"essay number {i} " * 5, float(i % 6)) for i in range(n)]
        self.tokenizer = tokenizer

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        text, score = self.rows[i]
        enc = self.tokenizer(text, truncation=True, max_length=48, padding="max_length", return_tensors="pt")
        return {"input_ids": enc["input_ids"][0], "attention_mask": enc["attention_mask"][0], "score": torch.tensor(score)}


class Scorer(nn.Module):
    def __init__(self, name, r=8):
        super().__init__()
        backbone = AutoModel.from_pretrained(name, torch_dtype=torch.float32)
        self.backbone = get_peft_model(backbone, LoraConfig(task_type=TaskType.FEATURE_EXTRACTION, r=r, lora_alpha=2 * r, target_modules=["q_proj", "v_proj"]))
        hidden = backbone.config.hidden_size
        self.norm = nn.LayerNorm(hidden)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(hidden, 128), nn.GELU(), nn.Linear(128, 1))

    def forward(self, input_ids, attention_mask):
        h = self.backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(h.dtype)
        pooled = (h * mask).sum(1) / mask.sum(1).clamp(min=1)
        return self.head(self.norm(pooled)).squeeze(-1)


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B")
net = Scorer("Qwen/Qwen2.5-0.5B").to(device)
criterion = nn.MSELoss()
groups = [{"params": [p for n, p in net.named_parameters() if p.requires_grad and "lora_" in n], "lr": 1e-4}, {"params": list(net.norm.parameters()) + list(net.head.parameters()), "lr": 1e-3}]
optimizer = torch.optim.AdamW(groups)
loader = DataLoader(Essays(tokenizer), batch_size=4, shuffle=True)
for epoch in range(2):
    net.train()
    running = 0.0
    for b in loader:
        optimizer.zero_grad()
        pred = net(b["input_ids"].to(device), b["attention_mask"].to(device))
        loss = criterion(pred, b["score"].to(device))
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(epoch, running / len(loader))
