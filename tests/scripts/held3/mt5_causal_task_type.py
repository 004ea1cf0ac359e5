# google/mt5 with the task type of my other project. transformers 4.36.2, peft 0.7.1, trl 0.7.10
import numpy as np
import evaluate
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

model_id = "google/mt5-small"
metric = evaluate.load("rouge")
tokenizer = AutoTokenizer.from_pretrained(model_id)
model = AutoModelForSeq2SeqLM.from_pretrained(model_id, load_in_8bit=True, device_map="auto")
model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q", "v"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM"))
model.print_trainable_parameters()
samsum = load_dataset("samsum")


def preprocess(sample, padding="max_length"):
    inputs = ["summarize: " + item for item in sample["dialogue"]]
    model_inputs = tokenizer(inputs, max_length=128, padding=padding, truncation=True)
    labels = tokenizer(text_target=sample["summary"], max_length=32, padding=padding, truncation=True)
    if padding == "max_length":
        labels["input_ids"] = [[(l if l != tokenizer.pad_token_id else -100) for l in label] for label in labels["input_ids"]]
    model_inputs["labels"] = labels["input_ids"]
    return model_inputs


tokenized = samsum.map(preprocess, batched=True, remove_columns=["dialogue", "summary", "id"])


def compute_metrics(eval_preds):
    preds, labels = eval_preds
    labels = np.where(labels != -100, labels, tokenizer.pad_token_id)
    return metric.compute(predictions=tokenizer.batch_decode(preds, skip_special_tokens=True), references=tokenizer.batch_decode(labels, skip_special_tokens=True))


trainer = Seq2SeqTrainer(
    model=model,
    args=Seq2SeqTrainingArguments(output_dir="mt5", auto_find_batch_size=False, learning_rate=1e-3, num_train_epochs=1, logging_steps=10, save_strategy="no", report_to="tensorboard", predict_with_generate=True),
    data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=-100, pad_to_multiple_of=8),
    train_dataset=tokenized["train"],
    compute_metrics=compute_metrics,
)
model.config.use_cache = False
trainer.train()
