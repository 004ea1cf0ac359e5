# Adapt only the language part of a VL model. transformers 5.15, peft 0.20
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration

mid = "Qwen/Qwen2.5-VL-7B-Instruct"
processor = AutoProcessor.from_pretrained(mid)
model = Qwen2_5_VLForConditionalGeneration.from_pretrained(mid, dtype=torch.bfloat16, device_map="cuda")
for p in model.parameters():
    p.requires_grad_(False)

lora = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=r".*language_model.*\.(q_proj|v_proj)", task_type="CAUSAL_LM")
model = get_peft_model(model, lora)
vision = [n for n, p in model.named_parameters() if "visual" in n and p.requires_grad]
assert not vision, vision

ids = torch.randint(10, 200, (2, 12)).to("cuda")
opt = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-4)
model.train()
for step in range(2):
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids)
    out.loss.backward()
    opt.step()
    opt.zero_grad()
