# !pip install transformers==4.42.4 peft==0.11.1 datasets evaluate
import evaluate
import numpy as np
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

metric = evaluate.load("accuracy")


def compute_metrics(eval_pred):
    logits, labels = eval_pred
    return metric.compute(predictions=np.argmax(logits, axis=-1), references=labels)


id2label = {0: "NEGATIVE", 1: "POSITIVE"}
label2id = {v: k for k, v in id2label.items()}
tok = AutoTokenizer.from_pretrained("roberta-large")
ds = load_dataset("rotten_tomatoes").map(lambda b: tok(b["text"], truncation=True), batched=True)
model = AutoModelForSequenceClassification.from_pretrained("roberta-large", num_labels=2, id2label=id2label, label2id=label2id)
model = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_CLS, r=8, lora_alpha=16, lora_dropout=0.1))
trainer = Trainer(
    model=model,
    args=TrainingArguments(output_dir="rt", eval_strategy="epoch", learning_rate=1e-3, gradient_checkpointing=True, per_device_train_batch_size=16),
    train_dataset=ds["train"],
    eval_dataset=ds["validation"],
    data_collator=DataCollatorWithPadding(tokenizer=tok),
    compute_metrics=compute_metrics,
)
trainer.train()
