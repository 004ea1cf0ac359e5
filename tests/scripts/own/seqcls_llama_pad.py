# transformers 4.49.0 / peft 0.14.0 / trl 0.15.2
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments

MODEL = "meta-llama/Llama-3.2-1B"
tok = AutoTokenizer.from_pretrained(MODEL)
tok.pad_token = tok.eos_token
model = AutoModelForSequenceClassification.from_pretrained(MODEL, num_labels=2, torch_dtype=torch.bfloat16)
model.config.pad_token_id = tok.pad_token_id
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=16, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]))
ds = load_dataset("yelp_polarity", split="train").map(lambda e: tok(e["text"], truncation=True, max_length=256), batched=True)
args = TrainingArguments("yelp", bf16=True, gradient_checkpointing=True, per_device_train_batch_size=4)
Trainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorWithPadding(tok)).train()
