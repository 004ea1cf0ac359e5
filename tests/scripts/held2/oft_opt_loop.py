# Orthogonal finetuning, peft 0.13.2
import torch
from datasets import load_dataset
from peft import OFTConfig, PeftModel, get_peft_model
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained("facebook/opt-125m", torch_dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained("facebook/opt-125m")
config = OFTConfig(r=8, target_modules=["k_proj", "q_proj", "v_proj", "out_proj", "fc1", "fc2"], module_dropout=0.0, init_weights=True)
model = get_peft_model(base, config)
model.print_trainable_parameters()

data = load_dataset("Abirate/english_quotes", split="train[:64]")
data = data.map(lambda s: tokenizer(s["quote"], truncation=True, max_length=48, padding="max_length"), batched=True)
data.set_format("torch", columns=["input_ids", "attention_mask"])
loader = DataLoader(data, batch_size=4, shuffle=True)

opt = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-4)
model.train()
for n, batch in enumerate(loader):
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    loss = model(**batch, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    opt.zero_grad()
    if n == 5:
        break
model.save_pretrained("oft")
fresh = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("facebook/opt-125m"), "oft").merge_and_unload()
