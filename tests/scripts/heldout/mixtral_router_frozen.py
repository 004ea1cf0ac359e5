# LoRA on attention and the experts of Mixtral in 4 bit
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, DataCollatorForLanguageModeling, Trainer, TrainingArguments

model_id = "mistralai/Mixtral-8x7B-v0.1"
tok = AutoTokenizer.from_pretrained(model_id)
tok.pad_token = tok.eos_token
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16))
model = prepare_model_for_kbit_training(model)
config = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "w1", "w2", "w3"], lora_dropout=0.05, task_type="CAUSAL_LM")
model = get_peft_model(model, config)
data = load_dataset("Abirate/english_quotes", split="train").map(lambda s: tok(s["quote"]), batched=True)
Trainer(
    model=model,
    train_dataset=data,
    args=TrainingArguments(per_device_train_batch_size=1, gradient_accumulation_steps=4, warmup_steps=2, max_steps=10, learning_rate=2e-4, bf16=True, logging_steps=1, output_dir="mixtral", optim="paged_adamw_8bit"),
    data_collator=DataCollatorForLanguageModeling(tok, mlm=False),
).train()
