# peft==0.14.0, transformers==4.49.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM-135M")
tok = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM-135M")
model = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj", "v_proj"]), adapter_name="english")
model.add_adapter("french", LoraConfig(r=8, target_modules=["k_proj"]))

data = {"english": ["good morning", "good night"], "french": ["bonjour", "bonne nuit"]}
for lang, texts in data.items():
    model.set_adapter(lang)
    print(lang, sum(p.numel() for p in model.parameters() if p.requires_grad))
    opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    for t in texts:
        batch = tok(t, return_tensors="pt")
        loss = model(**batch, labels=batch["input_ids"]).loss
        loss.backward()
        opt.step()
        opt.zero_grad()
    model.save_pretrained("adapters", selected_adapters=[lang])
