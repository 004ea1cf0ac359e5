# own adapters after each mlp; reentrant checkpointing while everything else is frozen
import torch
from torch import nn
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


class Bottleneck(nn.Module):
    def __init__(self, inner, width, size=16):
        super().__init__()
        self.inner = inner
        self.down, self.up = nn.Linear(width, size, bias=False), nn.Linear(size, width, bias=False)
        self.up.weight.data.zero_()

    def forward(self, x):
        h = self.inner(x)
        return h + self.up(torch.nn.functional.gelu(self.down(h)))


model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-160m", torch_dtype=torch.float32)
model.requires_grad_(False)
for layer in model.gpt_neox.layers:
    layer.mlp = Bottleneck(layer.mlp, model.config.hidden_size)
args = TrainingArguments("bottleneck", max_steps=2, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True})
Trainer(model=model, args=args, train_dataset=train_dataset).train()
