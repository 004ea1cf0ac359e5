# -*- coding: utf-8 -*-
# XLM-RoBERTa, WikiANN, IA3? no: LoRA on query/value and the classifier saved. transformers==4.57.1 peft==0.18.0 (trl 0.26.2)
from datasets import load_dataset
import numpy as np
from transformers import (AutoTokenizer, AutoModelForTokenClassification, DataCollatorForTokenClassification, TrainingArguments, Trainer, EarlyStoppingCallback)
from peft import get_peft_model, LoraConfig, TaskType

LANGS = ["de", "fr"]
CKPT = "xlm-roberta-base"
tokenizer = AutoTokenizer.from_pretrained(CKPT)
label_list = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]


def tokenize_and_align_labels(examples):
    tokenized_inputs = tokenizer(examples["tokens"], truncation=True, is_split_into_words=True, max_length=64)
    labels = []
    for i, label in enumerate(examples["ner_tags"]):
        word_ids = tokenized_inputs.word_ids(batch_index=i)
        previous_word_idx, label_ids = None, []
        for word_idx in word_ids:
            if word_idx is None or word_idx == previous_word_idx:
                label_ids.append(-100)
            else:
                label_ids.append(label[word_idx])
            previous_word_idx = word_idx
        labels.append(label_ids)
    tokenized_inputs["labels"] = labels
    return tokenized_inputs


def compute_metrics(p):
    predictions = np.argmax(p.predictions, axis=2)
    mask = p.label_ids != -100
    return {"accuracy": float((predictions == p.label_ids)[mask].mean())}


for lang in LANGS:
    model = AutoModelForTokenClassification.from_pretrained(CKPT, num_labels=len(label_list), id2label=dict(enumerate(label_list)), label2id={l: i for i, l in enumerate(label_list)})
    model = get_peft_model(model, LoraConfig(task_type=TaskType.TOKEN_CLS, inference_mode=False, r=16, lora_alpha=16, lora_dropout=0.1, bias="all"))
    model.print_trainable_parameters()
    data = load_dataset("unimelb-nlp/wikiann", lang)
    data = data.map(tokenize_and_align_labels, batched=True, remove_columns=data["train"].column_names)
    args = TrainingArguments(f"ner-{lang}", learning_rate=1e-3, per_device_train_batch_size=16, per_device_eval_batch_size=16, num_train_epochs=2, weight_decay=0.01,
                             eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, metric_for_best_model="accuracy", fp16=True, report_to="none")
    trainer = Trainer(model=model, args=args, train_dataset=data["train"], eval_dataset=data["validation"], data_collator=DataCollatorForTokenClassification(tokenizer),
                      compute_metrics=compute_metrics, callbacks=[EarlyStoppingCallback(2)])
    trainer.train()
    model.save_pretrained(f"ner-{lang}/adapter")
