# transformers 4.57.1 peft 0.18.0 accelerate 1.11
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

src, tgt = "en", "de"
checkpoint = "google/mt5-small"
tokenizer = AutoTokenizer.from_pretrained(checkpoint)
raw = load_dataset("opus_books", f"{src}-{tgt}")


def preprocess(examples):
    inputs = [f"translate {src} to {tgt}: " + ex[src] for ex in examples["translation"]]
    targets = [ex[tgt] for ex in examples["translation"]]
    return tokenizer(inputs, text_target=targets, max_length=64, truncation=True)


tokenized = raw["train"].map(preprocess, batched=True, remove_columns=raw["train"].column_names)
model = AutoModelForSeq2SeqLM.from_pretrained(checkpoint)
model = get_peft_model(model, LoraConfig(task_type="SEQ_2_SEQ_LM", inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1))
args = Seq2SeqTrainingArguments(output_dir=f"mt5-{src}-{tgt}", learning_rate=1e-3, per_device_train_batch_size=8, weight_decay=0.01, num_train_epochs=1)
trainer = Seq2SeqTrainer(model=model, args=args, train_dataset=tokenized, processing_class=tokenizer, data_collator=DataCollatorForSeq2Seq(tokenizer=tokenizer, model=model))
trainer.train()
