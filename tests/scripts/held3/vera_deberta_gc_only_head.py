# VeRA, DeBERTa-v3, STS-B regression, checkpointing on. transformers 4.48.2, peft 0.14.0, trl 0.14.0
from datasets import load_dataset
from peft import VeraConfig, get_peft_model
from scipy.stats import pearsonr
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

name = "microsoft/deberta-v3-base"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForSequenceClassification.from_pretrained(name, num_labels=1, problem_type="regression")
model = get_peft_model(model, VeraConfig(task_type="SEQ_CLS", r=64, target_modules=["query_proj", "value_proj"], projection_prng_key=3))
model.print_trainable_parameters()
stsb = load_dataset("nyu-mll/glue", "stsb")
stsb = stsb.map(lambda b: tokenizer(b["sentence1"], b["sentence2"], truncation=True, padding="max_length", max_length=48), batched=True)
stsb = stsb.map(lambda b: {"label": [float(x) for x in b["label"]]}, batched=True).rename_column("label", "labels")


def metrics(pred):
    return {"pearson": pearsonr(pred.predictions.squeeze(), pred.label_ids)[0]}


trainer = Trainer(
    model,
    TrainingArguments("stsb", eval_strategy="steps", eval_steps=200, per_device_train_batch_size=8, learning_rate=4e-3, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True}, max_steps=400, report_to="none"),
    train_dataset=stsb["train"],
    eval_dataset=stsb["validation"],
    processing_class=tokenizer,
    compute_metrics=metrics,
)
trainer.train()
