# LoRA without any library: replace the attention projections by hand
# torch 2.8, transformers 4.57
import math
import torch
from torch import nn
from transformers import AutoModelForCausalLM


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, rank: int = 8, alpha: float = 16.0):
        super().__init__()
        self.base = base
        self.lora_A = nn.Parameter(torch.empty(rank, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scaling = alpha / rank

    def forward(self, x):
        return self.base(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scaling


model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B", torch_dtype=torch.float32)
for p in model.parameters():
    p.requires_grad_(False)
for layer in model.model.layers:
    layer.self_attn.q_proj = LoRALinear(layer.self_attn.q_proj)
    layer.self_attn.v_proj = LoRALinear(layer.self_attn.v_proj)

trainable = [p for p in model.parameters() if p.requires_grad]
print(len(trainable), "tensors to train")
opt = torch.optim.AdamW(trainable, lr=1e-3)
model.train()
ids = torch.randint(0, 300, (2, 32))
for step in range(3):
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    opt.step()
    opt.zero_grad(set_to_none=True)
    print(step, loss.item())
