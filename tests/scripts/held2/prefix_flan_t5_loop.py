# transformers 4.31, peft 0.5
# Prefix tuning for product reviews -> verdicts
import torch
from datasets import load_dataset
from peft import PrefixTuningConfig, TaskType, get_peft_model
from torch.utils.data import DataLoader
from tqdm import tqdm
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, default_data_collator, get_linear_schedule_with_warmup

device = "cuda"
model_name_or_path = "google/flan-t5-base"
text_column, label_column = "sentence", "text_label"
max_length, lr, num_epochs, batch_size = 64, 1e-2, 2, 8

peft_config = PrefixTuningConfig(task_type=TaskType.SEQ_2_SEQ_LM, inference_mode=False, num_virtual_tokens=20)
model = AutoModelForSeq2SeqLM.from_pretrained(model_name_or_path)
model = get_peft_model(model, peft_config)
model.print_trainable_parameters()

dataset = load_dataset("financial_phrasebank", "sentences_allagree")
dataset = dataset["train"].train_test_split(test_size=0.1)
classes = ["negative", "neutral", "positive"]
dataset = dataset.map(lambda x: {"text_label": [classes[label] for label in x["label"]]}, batched=True, num_proc=1)
tokenizer = AutoTokenizer.from_pretrained(model_name_or_path)


def preprocess_function(examples):
    inputs = examples[text_column]
    targets = examples[label_column]
    model_inputs = tokenizer(inputs, max_length=max_length, padding="max_length", truncation=True, return_tensors="pt")
    labels = tokenizer(targets, max_length=8, padding="max_length", truncation=True, return_tensors="pt")["input_ids"]
    labels[labels == tokenizer.pad_token_id] = -100
    model_inputs["labels"] = labels
    return model_inputs


processed = dataset.map(preprocess_function, batched=True, remove_columns=dataset["train"].column_names, load_from_cache_file=False)
train_dataloader = DataLoader(processed["train"], shuffle=True, collate_fn=default_data_collator, batch_size=batch_size, pin_memory=True)
optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
lr_scheduler = get_linear_schedule_with_warmup(optimizer, 0, len(train_dataloader) * num_epochs)

model = model.to(device)
for epoch in range(num_epochs):
    model.train()
    total_loss = 0
    for step, batch in enumerate(tqdm(train_dataloader)):
        batch = {k: v.to(device) for k, v in batch.items()}
        outputs = model(**batch)
        loss = outputs.loss
        total_loss += loss.detach().float()
        loss.backward()
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
    print(f"{epoch=}: {total_loss / len(train_dataloader)}")
model.save_pretrained("prefix-flan")
