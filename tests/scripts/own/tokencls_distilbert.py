# peft 0.10.0 + transformers 4.41.2
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer, TrainingArguments

label_list = ["O", "B-X", "I-X"]
tok = AutoTokenizer.from_pretrained("distilbert-base-uncased")


def align(examples):
    enc = tok(examples["tokens"], truncation=True, is_split_into_words=True)
    labels = []
    for i, tags in enumerate(examples["ner_tags"]):
        ids = enc.word_ids(batch_index=i)
        labels.append([-100 if w is None else tags[w] for w in ids])
    enc["labels"] = labels
    return enc


wnut = load_dataset("wnut_17").map(align, batched=True)
model = AutoModelForTokenClassification.from_pretrained("distilbert-base-uncased", num_labels=3)
model = get_peft_model(model, LoraConfig(task_type=TaskType.TOKEN_CLS, r=8, lora_alpha=16, target_modules=["q_lin", "k_lin", "v_lin"]))
Trainer(model=model, args=TrainingArguments("wnut", learning_rate=1e-3, num_train_epochs=2), train_dataset=wnut["train"], tokenizer=tok, data_collator=DataCollatorForTokenClassification(tok)).train()
