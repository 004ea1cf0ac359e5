# accelerate 1.3.0 / transformers 4.48.2 / peft 0.14.0
from accelerate import Accelerator
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

accelerator = Accelerator()
model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-360M")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
model.gradient_checkpointing_enable()
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=5e-4)
model, optimizer, loader = accelerator.prepare(model, optimizer, train_dataloader)
model.train()
for step, batch in enumerate(loader):
    outputs = model(**batch)
    accelerator.backward(outputs.loss)
    optimizer.step()
    optimizer.zero_grad()
