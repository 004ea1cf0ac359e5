# sentiment, after upgrading everything (transformers 5.15)
import numpy as np
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

model_id = "distilbert-base-uncased"
ds = load_dataset("rotten_tomatoes")
tok = AutoTokenizer.from_pretrained(model_id)
ds = ds.map(lambda b: tok(b["text"], truncation=True), batched=True)
model = AutoModelForSequenceClassification.from_pretrained(model_id, num_labels=2)
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=4, lora_alpha=32, lora_dropout=0.01, target_modules=["q_lin"]))

training_args = TrainingArguments(
    output_dir=model_id + "-lora",
    overwrite_output_dir=True,
    learning_rate=1e-3,
    per_device_train_batch_size=4,
    per_device_eval_batch_size=4,
    num_train_epochs=1,
    weight_decay=0.01,
    eval_strategy="epoch",
    save_strategy="epoch",
    load_best_model_at_end=True,
)
trainer = Trainer(
    model=model,
    args=training_args,
    train_dataset=ds["train"],
    eval_dataset=ds["validation"],
    processing_class=tok,
    data_collator=DataCollatorWithPadding(tokenizer=tok),
    compute_metrics=lambda p: {"acc": (np.argmax(p[0], axis=1) == p[1]).mean()},
)
trainer.train()
