# hand-written adapters, but trained with the Trainer
import torch
import torch.nn as nn
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments, DataCollatorForLanguageModeling
from datasets import load_dataset

name = "gpt2"
tok = AutoTokenizer.from_pretrained(name)
tok.pad_token = tok.eos_token
model = AutoModelForCausalLM.from_pretrained(name)


class Adapter(nn.Module):
    """down - relu - up, added to what the mlp gives"""

    def __init__(self, mlp, d, bottleneck=16):
        super().__init__()
        self.mlp = mlp
        self.down = nn.Linear(d, bottleneck)
        self.up = nn.Linear(bottleneck, d)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden):
        h = self.mlp(hidden)
        return h + self.up(torch.relu(self.down(h)))


for p in model.parameters():
    p.requires_grad = False
for block in model.transformer.h:
    block.mlp = Adapter(block.mlp, model.config.n_embd)

ds = load_dataset("wikitext", "wikitext-2-raw-v1", split="train").map(lambda r: tok(r["text"], truncation=True, max_length=64), remove_columns=["text"])
Trainer(
    model=model,
    args=TrainingArguments("adapters-gpt2", per_device_train_batch_size=8, max_steps=100, learning_rate=1e-3, report_to=[]),
    train_dataset=ds,
    data_collator=DataCollatorForLanguageModeling(tok, mlm=False),
).train()
