# a gate of one number around each attention output; the gates are frozen again by a loop over names
import torch
from torch import nn
from transformers import AutoModelForCausalLM


class Gated(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.gate = nn.Parameter(torch.ones(1))

    def forward(self, hidden):
        return self.gate * self.layer(hidden)


model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
for block in model.model.layers:
    block.self_attn.o_proj = Gated(block.self_attn.o_proj)
for name, p in model.named_parameters():
    p.requires_grad = name.endswith("o_proj.gate") and "layers.0." not in name
print(sum(p.requires_grad for p in model.parameters()))
ids = torch.randint(0, 300, (1, 12))
loss = model(input_ids=ids, labels=ids).loss
loss.backward()
print(model.model.layers[1].self_attn.o_proj.gate.requires_grad, model.model.layers[0].self_attn.o_proj.gate.requires_grad)
