# requirements.txt:
#   accelerate==1.3.0
#   transformers==4.48.2
#   peft==0.14.0
#   torch==2.5.1
import torch
from accelerate import Accelerator
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from torch.utils.data import DataLoader
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, get_scheduler

accelerator = Accelerator(gradient_accumulation_steps=4, mixed_precision="bf16")
name = "HuggingFaceTB/SmolLM2-135M"
tokenizer = AutoTokenizer.from_pretrained(name)
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(name)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "k_proj", "v_proj"], task_type="CAUSAL_LM"))

with accelerator.main_process_first():
    raw = load_dataset("wikitext", "wikitext-2-raw-v1", split="train")
    raw = raw.filter(lambda e: len(e["text"]) > 20)
    tokenized = raw.map(lambda e: tokenizer(e["text"], truncation=True, max_length=128), batched=True, remove_columns=raw.column_names)
loader = DataLoader(tokenized, batch_size=4, shuffle=True, collate_fn=DataCollatorForLanguageModeling(tokenizer, mlm=False))
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4)
scheduler = get_scheduler("cosine", optimizer, num_warmup_steps=10, num_training_steps=len(loader))
model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)

model.train()
for batch in tqdm(loader, disable=not accelerator.is_local_main_process):
    with accelerator.accumulate(model):
        loss = model(**batch).loss
        accelerator.backward(loss)
        if accelerator.sync_gradients:
            accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
accelerator.wait_for_everyone()
accelerator.unwrap_model(model).save_pretrained("smol-lora", save_function=accelerator.save)
