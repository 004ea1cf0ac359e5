# formatting_func with batched prompts, trl 0.8.6
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import SFTTrainer

model_id = "google/gemma-2b"
tokenizer = AutoTokenizer.from_pretrained(model_id)
EOS = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(model_id, torch_dtype=torch.bfloat16, attn_implementation="eager")


def formatting_prompts_func(examples):
    texts = []
    for i in range(len(examples["instruction"])):
        texts.append(f"### Question: {examples['instruction'][i]}\n ### Answer: {examples['output'][i]}{EOS}")
    return texts


trainer = SFTTrainer(
    model=model,
    tokenizer=tokenizer,
    args=TrainingArguments(output_dir="gemma", per_device_train_batch_size=1, gradient_accumulation_steps=4, max_steps=30, learning_rate=2e-4, bf16=True, gradient_checkpointing=True),
    train_dataset=load_dataset("iamtarun/python_code_instructions_18k_alpaca", split="train"),
    peft_config=LoraConfig(r=8, target_modules=["q_proj", "o_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "down_proj"], task_type="CAUSAL_LM"),
    formatting_func=formatting_prompts_func,
    max_seq_length=256,
)
trainer.train()
