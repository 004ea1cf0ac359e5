# news summaries; transformers 4.48.2 peft 0.14.0
import evaluate
import numpy as np
import torch
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import BartForConditionalGeneration, BartTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

model_name = "facebook/bart-large-cnn"
tokenizer = BartTokenizer.from_pretrained(model_name)
model = BartForConditionalGeneration.from_pretrained(model_name)
for param in model.model.encoder.parameters():
    param.requires_grad = False

peft_config = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, r=8, lora_alpha=32, lora_dropout=0.1, target_modules=["q_proj", "v_proj", "fc1", "fc2"])
model = get_peft_model(model, peft_config)
model.print_trainable_parameters()

dataset = load_dataset("cnn_dailymail", "3.0.0")
prefix = ""


def preprocess(batch):
    model_inputs = tokenizer([prefix + a for a in batch["article"]], max_length=128, truncation=True)
    model_inputs["labels"] = tokenizer(text_target=batch["highlights"], max_length=32, truncation=True)["input_ids"]
    return model_inputs


train = dataset["train"].select(range(40)).map(preprocess, batched=True, remove_columns=dataset["train"].column_names)
val = dataset["validation"].select(range(8)).map(preprocess, batched=True, remove_columns=dataset["validation"].column_names)
rouge = evaluate.load("rouge")


def compute_metrics(eval_pred):
    preds, labels = eval_pred
    labels = np.where(labels != -100, labels, tokenizer.pad_token_id)
    return rouge.compute(predictions=tokenizer.batch_decode(preds, skip_special_tokens=True), references=tokenizer.batch_decode(labels, skip_special_tokens=True))


args = Seq2SeqTrainingArguments(
    output_dir="bart-sum", evaluation_strategy="epoch", learning_rate=1e-3, per_device_train_batch_size=4, per_device_eval_batch_size=4, weight_decay=0.01,
    save_total_limit=3, num_train_epochs=1, predict_with_generate=True, fp16=torch.cuda.is_available(), gradient_checkpointing=True, report_to="none",
)
trainer = Seq2SeqTrainer(model=model, args=args, train_dataset=train, eval_dataset=val, tokenizer=tokenizer, data_collator=DataCollatorForSeq2Seq(tokenizer=tokenizer, model=model), compute_metrics=compute_metrics)
trainer.train()
