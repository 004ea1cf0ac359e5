# only layer norms and biases train (BitFit), reentrant checkpointing, embeddings frozen
import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("bigscience/bloom-1b1", torch_dtype=torch.float32)
picked = []
for n, p in model.named_parameters():
    p.requires_grad_("bias" in n or "layernorm" in n)
    if p.requires_grad:
        picked.append(n)
model.transformer.word_embeddings_layernorm.requires_grad_(False)
print(len(picked), picked[:3])
model.gradient_checkpointing_enable({"use_reentrant": True})
model.train()
opt = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-2)
x = torch.arange(32).reshape(1, 32) + 10
loss = model(x, labels=x).loss
loss.backward()
opt.step()
print([n for n, p in model.named_parameters() if p.requires_grad and p.grad is None])
