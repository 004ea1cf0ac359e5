# LoHa instead of LoRA. trl 0.8.6 env (peft 0.10, transformers 4.41)
import torch
from peft import LoHaConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
tok = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16, device_map="cuda")
model.config.use_cache = False
model.gradient_checkpointing_enable()
cfg = LoHaConfig(r=8, alpha=16, target_modules=["q_proj", "v_proj", "gate_proj"], rank_dropout=0.0, module_dropout=0.0, init_weights=True)
model = get_peft_model(model, cfg)
print(model)

texts = ["The cat sat on the mat.", "A stitch in time saves nine."]
enc = tok(texts, return_tensors="pt", padding=True).to("cuda")
opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-4)
model.train()
for i in range(10):
    out = model(**enc, labels=enc["input_ids"])
    out.loss.backward()
    opt.step()
    opt.zero_grad()
    print(i, out.loss.item())
