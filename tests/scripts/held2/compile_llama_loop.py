# torch.compile around a LoRA model; torch 2.8, transformers 4.57.1, peft 0.17.1 (trl 0.17.0)
import math
import time

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, get_cosine_schedule_with_warmup

torch.set_float32_matmul_precision("high")
config = LlamaConfig(vocab_size=512, hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2)
raw = LlamaForCausalLM(config)
raw.lm_head.weight.requires_grad = False
model = get_peft_model(raw, LoraConfig(r=4, target_modules=["q_proj", "o_proj", "lm_head"], use_rslora=True, task_type="CAUSAL_LM"))
compiled = torch.compile(model, mode="reduce-overhead")
params = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(params, lr=3e-4, betas=(0.9, 0.95))
scheduler = get_cosine_schedule_with_warmup(optimizer, 2, 10)

for step in range(10):
    t0 = time.time()
    x = torch.randint(0, config.vocab_size, (2, 33))
    logits = compiled(input_ids=x[:, :-1]).logits
    loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)).float(), x[:, 1:].reshape(-1))
    if not math.isfinite(loss.item()):
        raise RuntimeError("diverged")
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(params, 1.0)
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad(set_to_none=True)
    print(f"step {step} loss {loss.item():.3f} norm {norm:.2f} {(time.time() - t0) * 1000:.0f}ms")
