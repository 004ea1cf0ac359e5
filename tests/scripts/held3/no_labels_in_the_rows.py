# IMDB with DistilBERT... 'label' got lost in map(). transformers 4.49.0, peft 0.14.0, trl 0.15.2
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

checkpoint = "distilbert-base-uncased"
tokenizer = AutoTokenizer.from_pretrained(checkpoint)
imdb = load_dataset("imdb")


def preprocess(examples):
    return tokenizer(examples["text"], truncation=True, max_length=128)


tokenized = imdb.map(preprocess, batched=True, remove_columns=imdb["train"].column_names)
model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2, id2label={0: "NEG", 1: "POS"}, label2id={"NEG": 0, "POS": 1})
model = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_CLS, r=4, lora_alpha=32, lora_dropout=0.01, target_modules=["q_lin"]))
training_args = TrainingArguments(
    output_dir="distilbert-lora", learning_rate=1e-3, per_device_train_batch_size=4, per_device_eval_batch_size=4, num_train_epochs=2, weight_decay=0.01,
    eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, report_to="none",
)
trainer = Trainer(model=model, args=training_args, train_dataset=tokenized["train"], eval_dataset=tokenized["test"], processing_class=tokenizer, data_collator=DataCollatorWithPadding(tokenizer=tokenizer))
trainer.train()
