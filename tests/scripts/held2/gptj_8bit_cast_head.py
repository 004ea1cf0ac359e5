# GPT-J, following the first PEFT notebooks (transformers 4.31.0, peft 0.5.0)
import torch
import torch.nn as nn
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("EleutherAI/gpt-j-6b", load_in_8bit=True, device_map="auto")
tokenizer = AutoTokenizer.from_pretrained("EleutherAI/gpt-j-6b")
tokenizer.pad_token = tokenizer.eos_token

for param in model.parameters():
    param.requires_grad = False  # freeze the model - train adapters later
    if param.ndim == 1:
        # cast the small parameters (e.g. layernorm) to fp32 for stability
        param.data = param.data.to(torch.float32)

model.gradient_checkpointing_enable()  # reduce number of stored activations


class CastOutputToFloat(nn.Sequential):
    def forward(self, x):
        return super().forward(x).to(torch.float32)


model.lm_head = CastOutputToFloat(model.lm_head)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM"))

data = load_dataset("Abirate/english_quotes", split="train")
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4)
model.config.use_cache = False
model.train()
for step, row in enumerate(data):
    ids = tokenizer(row["quote"], return_tensors="pt", truncation=True, max_length=64).to("cuda")
    with torch.cuda.amp.autocast():
        loss = model(**ids, labels=ids["input_ids"]).loss
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if step == 20:
        break
