# NER with LoRA; labels aligned to word pieces
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer, TrainingArguments

names = ["O", "B-PER", "I-PER"]
tok = AutoTokenizer.from_pretrained("xlm-roberta-base")
model = AutoModelForTokenClassification.from_pretrained("xlm-roberta-base", num_labels=len(names))
model = get_peft_model(model, LoraConfig(task_type=TaskType.TOKEN_CLS, inference_mode=False, r=16, lora_alpha=16, lora_dropout=0.1, bias="all"))
model.print_trainable_parameters()


def align(examples):
    enc = tok(examples["tokens"], truncation=True, is_split_into_words=True)
    enc["labels"] = []
    for i, tags in enumerate(examples["ner_tags"]):
        last, ids = None, []
        for w in enc.word_ids(batch_index=i):
            ids.append(-100 if w is None or w == last else tags[w])
            last = w
        enc["labels"].append(ids)
    return enc


ds = load_dataset("conll2003").map(align, batched=True, remove_columns=["tokens", "ner_tags"])
Trainer(
    model=model,
    args=TrainingArguments("ner", learning_rate=1e-3, per_device_train_batch_size=8, num_train_epochs=1, weight_decay=0.01, eval_strategy="no"),
    train_dataset=ds["train"],
    data_collator=DataCollatorForTokenClassification(tok),
).train()
