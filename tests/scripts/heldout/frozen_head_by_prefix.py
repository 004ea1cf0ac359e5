# freeze everything except the last four blocks, no PEFT at all
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments, DataCollatorForLanguageModeling
from datasets import load_dataset

tokenizer = AutoTokenizer.from_pretrained("gpt2-medium")
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained("gpt2-medium")
n_layer = model.config.n_layer
train_from = n_layer - 4
for name, param in model.named_parameters():
    keep = name.startswith("transformer.ln_f") or any(name.startswith(f"transformer.h.{i}.") for i in range(train_from, n_layer))
    param.requires_grad = keep
print(sum(p.numel() for p in model.parameters() if p.requires_grad) / 1e6, "M parameters train")
ds = load_dataset("tiny_shakespeare", split="train").map(lambda r: tokenizer(r["text"], truncation=True, max_length=128), batched=True, remove_columns=["text"])
args = TrainingArguments(output_dir="gpt2-top", per_device_train_batch_size=2, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}, max_steps=50, save_strategy="no")
Trainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False)).train()
