# ORPO notebook from 2024, environment of today (trl 0.22.2)
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import ORPOConfig, ORPOTrainer

MODEL = "Qwen/Qwen2.5-1.5B-Instruct"
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16, device_map="auto")
ds = load_dataset("mlabonne/orpo-dpo-mix-40k", split="train").train_test_split(test_size=0.1)
orpo_args = ORPOConfig(
    learning_rate=8e-6, beta=0.1, lr_scheduler_type="linear", max_length=512, max_prompt_length=256,
    per_device_train_batch_size=2, gradient_accumulation_steps=4, num_train_epochs=1, logging_steps=1, output_dir="./orpo", report_to="none",
)
trainer = ORPOTrainer(
    model=model,
    args=orpo_args,
    train_dataset=ds["train"],
    eval_dataset=ds["test"],
    peft_config=LoraConfig(r=16, lora_alpha=32, task_type="CAUSAL_LM", target_modules="all-linear"),
    tokenizer=tokenizer,
)
trainer.train()
