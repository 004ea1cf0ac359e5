# one of the names is GPT-2's; the rest match, so it trains with fewer adapters than meant
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("allenai/OLMo-2-0425-1B", torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["c_attn", "v_proj", "mlp.down_proj"], exclude_modules=["layers.0.self_attn.v_proj"]))
trainer = Trainer(model=model, args=TrainingArguments("olmo", max_steps=3, bf16=True), train_dataset=train_dataset)
trainer.train()
