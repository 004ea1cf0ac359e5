"""Kronecker adapters on Qwen2 (transformers==4.42.4 peft==0.11.1)"""
import os

import torch
from datasets import Dataset
from peft import LoKrConfig, TaskType, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

os.environ["TOKENIZERS_PARALLELISM"] = "false"
BASE = os.getenv("BASE_MODEL", "Qwen/Qwen2-0.5B-Instruct")

tokenizer = AutoTokenizer.from_pretrained(BASE)
model = AutoModelForCausalLM.from_pretrained(BASE, torch_dtype="auto")

peft_config = LoKrConfig(
    task_type=TaskType.CAUSAL_LM,
    r=16,
    alpha=32,
    decompose_both=True,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
)
model = get_peft_model(model, peft_config)
model.enable_input_require_grads()

qa = [("Who wrote Faust?", "Goethe."), ("Capital of Peru?", "Lima."), ("2+2?", "4."), ("Colour of grass?", "Green.")]
rows = [{"text": tokenizer.apply_chat_template([{"role": "user", "content": q}, {"role": "assistant", "content": a}], tokenize=False)} for q, a in qa]
ds = Dataset.from_list(rows).map(lambda r: tokenizer(r["text"]), remove_columns=["text"])

args = TrainingArguments(
    output_dir="lokr-qwen",
    per_device_train_batch_size=2,
    gradient_checkpointing=True,
    learning_rate=1e-3,
    num_train_epochs=3,
    logging_steps=1,
    save_strategy="no",
    report_to="none",
    bf16=True,
)
Trainer(model=model, args=args, train_dataset=ds, data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False)).train()
model.save_pretrained("lokr-qwen/final")
