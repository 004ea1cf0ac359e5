# weighted merge of two adapters into a third, which then should train on
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")
cfg = LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = get_peft_model(model, cfg, adapter_name="math")
model.add_adapter("code", cfg)
model.add_weighted_adapter(adapters=["math", "code"], weights=[0.7, 0.3], adapter_name="both", combination_type="linear")
model.set_adapter("both")
opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
ids = torch.randint(5, 250, (2, 16))
model.train()
loss = model(input_ids=ids, labels=ids).loss
loss.backward()
opt.step()
