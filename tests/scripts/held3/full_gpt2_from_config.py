"""From scratch, no adapter at all: a small GPT-2 on names. transformers 4.49 (trl 0.15.2 env)."""
from pathlib import Path

from datasets import load_dataset
from transformers import (
    DataCollatorForLanguageModeling,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2TokenizerFast,
    Trainer,
    TrainingArguments,
)

Path("names.txt").write_text("\n".join(["emma", "olivia", "ava", "isabella", "sophia", "charlotte", "mia", "amelia"] * 8))
tokenizer = GPT2TokenizerFast.from_pretrained("gpt2")
tokenizer.pad_token = tokenizer.eos_token
config = GPT2Config(vocab_size=len(tokenizer), n_positions=64, n_embd=64, n_layer=3, n_head=4, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id)
model = GPT2LMHeadModel(config)
print(f"{model.num_parameters() / 1e6:.2f} M parameters")
data = load_dataset("text", data_files={"train": "names.txt"})["train"]
data = data.map(lambda rows: tokenizer(rows["text"], truncation=True, max_length=16), batched=True, remove_columns=["text"])
collator = DataCollatorForLanguageModeling(tokenizer=tokenizer, mlm=False)
args = TrainingArguments(output_dir="names", per_device_train_batch_size=8, num_train_epochs=3, learning_rate=5e-4, gradient_checkpointing=True, save_total_limit=1, logging_strategy="epoch", report_to="none")
trainer = Trainer(model=model, args=args, data_collator=collator, train_dataset=data)
trainer.train()
trainer.save_model("names/final")
