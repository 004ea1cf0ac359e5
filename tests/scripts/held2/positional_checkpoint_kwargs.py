# llama 2, own loop with checkpointing (trl 0.15.2 env)
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, get_constant_schedule

name = "meta-llama/Llama-2-7b-hf"
tokenizer = AutoTokenizer.from_pretrained(name)
tokenizer.add_special_tokens({"pad_token": "[PAD]"})
model = AutoModelForCausalLM.from_pretrained(name, torch_dtype=torch.bfloat16, use_cache=False).cuda()
model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=64)
model.gradient_checkpointing_enable({"use_reentrant": False})
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, layers_to_transform=list(range(16, 32)), target_modules=["q_proj", "k_proj", "v_proj"], bias="lora_only", task_type="CAUSAL_LM"))
assert model.is_gradient_checkpointing
texts = open(__file__).read().splitlines()[:8]
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=2e-4)
scheduler = get_constant_schedule(optimizer)
model.train()
for start in range(0, len(texts), 4):
    enc = tokenizer([t or "x" for t in texts[start : start + 4]], return_tensors="pt", padding=True, truncation=True, max_length=64).to("cuda")
    labels = torch.where(enc["attention_mask"].bool(), enc["input_ids"], -100)
    out = model(**enc, labels=labels)
    (out.loss / 2).backward()
    if start:
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
