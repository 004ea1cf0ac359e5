# accelerate launch train.py   (accelerate 1.1.1, transformers 4.46.3, peft 0.13.2)
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, get_scheduler

set_seed(7)
accelerator = Accelerator(mixed_precision="fp16", gradient_accumulation_steps=2, log_with=None)
MODEL = "facebook/opt-1.3b"
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.float16)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM"), autocast_adapter_dtype=False)
accelerator.print(model.get_nb_trainable_parameters())

with accelerator.main_process_first():
    ds = load_dataset("imdb", split="train").map(lambda b: tokenizer(b["text"], truncation=True, max_length=64), batched=True, remove_columns=["text", "label"])
dl = DataLoader(ds, batch_size=4, shuffle=True, collate_fn=DataCollatorForLanguageModeling(tokenizer, mlm=False))
opt = torch.optim.AdamW(model.parameters(), lr=2e-4)
sched = get_scheduler("linear", opt, num_warmup_steps=0, num_training_steps=100)
model, opt, dl, sched = accelerator.prepare(model, opt, dl, sched)

for epoch in range(2):
    model.train()
    for batch in dl:
        with accelerator.accumulate(model):
            loss = model(**batch).loss
            accelerator.backward(loss)
            if accelerator.sync_gradients:
                accelerator.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            sched.step()
            opt.zero_grad()
accelerator.wait_for_everyone()
accelerator.unwrap_model(model).save_pretrained("opt-lora", save_function=accelerator.save)
