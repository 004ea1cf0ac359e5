# DPO of a 4-bit Llama 3 (trl 0.9.6, transformers 4.42.4, peft 0.11.1, bitsandbytes)
import gc

import torch
from datasets import load_dataset
from peft import LoraConfig, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import DPOConfig, DPOTrainer

if torch.cuda.get_device_capability()[0] >= 8:
    attn_implementation, torch_dtype = "eager", torch.bfloat16
else:
    attn_implementation, torch_dtype = "sdpa", torch.float16

base_model = "meta-llama/Meta-Llama-3-8B-Instruct"
bnb_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch_dtype, bnb_4bit_use_double_quant=True)
peft_config = LoraConfig(
    r=16, lora_alpha=32, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM",
    target_modules=["up_proj", "down_proj", "gate_proj", "k_proj", "q_proj", "v_proj", "o_proj"],
)
tokenizer = AutoTokenizer.from_pretrained(base_model)
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(base_model, quantization_config=bnb_config, device_map="auto", attn_implementation=attn_implementation)
model = prepare_model_for_kbit_training(model)

dataset = load_dataset("mlabonne/orpo-dpo-mix-40k", split="all").shuffle(seed=42).select(range(16))


def to_text(row):
    for side in ("chosen", "rejected"):
        row[side] = f"{row[side]}{tokenizer.eos_token}"
    return row


dataset = dataset.map(to_text).train_test_split(test_size=0.25)
gc.collect()
torch.cuda.empty_cache()
trainer = DPOTrainer(
    model,
    None,
    args=DPOConfig(
        output_dir="./results/", learning_rate=8e-6, lr_scheduler_type="linear", per_device_train_batch_size=2, per_device_eval_batch_size=2,
        gradient_accumulation_steps=4, optim="paged_adamw_8bit", num_train_epochs=1, evaluation_strategy="steps", eval_steps=0.2, logging_steps=1,
        warmup_steps=10, report_to="none", bf16=True, gradient_checkpointing=True, max_length=256, max_prompt_length=128, beta=0.1,
    ),
    train_dataset=dataset["train"],
    eval_dataset=dataset["test"],
    peft_config=peft_config,
    tokenizer=tokenizer,
)
trainer.train()
