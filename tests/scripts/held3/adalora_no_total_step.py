# AdaLoRA on Gemma 3 text. peft 0.21.2, transformers 5.24.0, trl 1.16.0
import torch
from datasets import load_dataset
from peft import AdaLoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

name = "google/gemma-3-1b-it"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.bfloat16, attn_implementation="eager")
peft_config = AdaLoraConfig(task_type=TaskType.CAUSAL_LM, init_r=12, target_r=8, beta1=0.85, beta2=0.85, tinit=200, tfinal=1000, deltaT=10, lora_alpha=32, lora_dropout=0.1)
model = get_peft_model(model, peft_config)
data = load_dataset("karpathy/tiny_shakespeare", split="train").map(lambda b: tokenizer(b["text"], truncation=True, max_length=64), batched=True, remove_columns=["text"])
Trainer(model=model, args=TrainingArguments(output_dir="ada", max_steps=100, report_to="none"), train_dataset=data, data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False)).train()
