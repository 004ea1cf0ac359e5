# AdaLoRA needs to be told about every step; peft 0.17
import torch
from peft import AdaLoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("facebook/opt-350m", torch_dtype=torch.float32)
config = AdaLoraConfig(peft_type="ADALORA", init_r=12, target_r=4, tinit=2, tfinal=5, deltaT=1, total_step=20, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = get_peft_model(model, config)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
ids = torch.randint(4, 300, (2, 24))
model.train()
for step in range(4):
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    optimizer.step()
    model.base_model.update_and_allocate(step)
    optimizer.zero_grad()
