# keep every second layer, then LoRA on what is left
import torch
from torch import nn
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B", torch_dtype=torch.bfloat16)
model.model.layers = nn.ModuleList([layer for i, layer in enumerate(model.model.layers) if i % 2 == 0])
model.config.num_hidden_layers = len(model.model.layers)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
Trainer(model=model, args=TrainingArguments("cut", max_steps=2, bf16=True), train_dataset=train_dataset).train()
