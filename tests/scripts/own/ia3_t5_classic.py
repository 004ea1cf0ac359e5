# peft==0.10.0 transformers==4.41.2
import torch
from datasets import load_dataset
from peft import IA3Config, TaskType, get_peft_model
from torch.utils.data import DataLoader
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, default_data_collator

text_column, label_column = "sentence", "text_label"
tokenizer = AutoTokenizer.from_pretrained("t5-small")
model = AutoModelForSeq2SeqLM.from_pretrained("t5-small")
model = get_peft_model(model, IA3Config(task_type=TaskType.SEQ_2_SEQ_LM, inference_mode=False))
model.print_trainable_parameters()

dataset = load_dataset("financial_phrasebank", "sentences_allagree", split="train")
dataset = dataset.map(lambda x: {"text_label": [["negative", "positive"][label] for label in x["label"]]}, batched=True)

def preprocess(examples):
    model_inputs = tokenizer(examples[text_column], max_length=64, padding="max_length", truncation=True, return_tensors="pt")
    labels = tokenizer(examples[label_column], max_length=4, padding="max_length", truncation=True, return_tensors="pt")["input_ids"]
    labels[labels == tokenizer.pad_token_id] = -100
    model_inputs["labels"] = labels
    return model_inputs

processed = dataset.map(preprocess, batched=True, remove_columns=dataset.column_names)
loader = DataLoader(processed, shuffle=True, collate_fn=default_data_collator, batch_size=8)
optimizer = torch.optim.AdamW(model.parameters(), lr=8e-3)
for epoch in range(1):
    model.train()
    for batch in loader:
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
