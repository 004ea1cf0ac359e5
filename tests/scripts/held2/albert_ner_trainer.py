# Named entities with ALBERT + LoRA, transformers 4.49, peft 0.14
import numpy as np
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer, TrainingArguments

checkpoint = "albert-base-v2"
labels = ["O", "B-PER", "I-PER"]
id2label = dict(enumerate(labels))
label2id = {v: k for k, v in id2label.items()}
tokenizer = AutoTokenizer.from_pretrained(checkpoint)
model = AutoModelForTokenClassification.from_pretrained(checkpoint, num_labels=len(labels), id2label=id2label, label2id=label2id)
model = get_peft_model(model, LoraConfig(task_type=TaskType.TOKEN_CLS, r=16, lora_alpha=16, lora_dropout=0.1, bias="all", target_modules=["query", "value"]))
model.print_trainable_parameters()
raw = load_dataset("conll2003")


def align(examples):
    tokenized = tokenizer(examples["tokens"], is_split_into_words=True, truncation=True, max_length=64)
    out = []
    for i, tags in enumerate(examples["ner_tags"]):
        previous, row = None, []
        for word in tokenized.word_ids(batch_index=i):
            row.append(-100 if word is None or word == previous else tags[word])
            previous = word
        out.append(row)
    tokenized["labels"] = out
    return tokenized


tokenized = raw.map(align, batched=True, remove_columns=["tokens", "ner_tags"])


def compute_metrics(p):
    predictions, gold = p
    predictions = np.argmax(predictions, axis=2)
    hit = [(a == b) for pr, la in zip(predictions, gold) for a, b in zip(pr, la) if b != -100]
    return {"accuracy": float(np.mean(hit))}


trainer = Trainer(
    model=model,
    args=TrainingArguments("ner", learning_rate=1e-3, per_device_train_batch_size=8, num_train_epochs=1, weight_decay=0.01, eval_strategy="epoch", report_to="none"),
    train_dataset=tokenized["train"],
    eval_dataset=tokenized["validation"],
    processing_class=tokenizer,
    data_collator=DataCollatorForTokenClassification(tokenizer=tokenizer),
    compute_metrics=compute_metrics,
)
trainer.train()
