# trl 0.9.6
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainingArguments
from trl import SFTTrainer

model_id = "google/gemma-2b"
tokenizer = AutoTokenizer.from_pretrained(model_id, add_eos_token=True)
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16), device_map={"": 0})
model.gradient_checkpointing_enable()
model = prepare_model_for_kbit_training(model)
lora_config = LoraConfig(r=8, target_modules=["q_proj", "o_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "down_proj"], task_type="CAUSAL_LM")
model = get_peft_model(model, lora_config)
data = load_dataset("Abirate/english_quotes")


def formatting_func(example):
    text = f"Quote: {example['quote'][0]}\nAuthor: {example['author'][0]}"
    return text


trainer = SFTTrainer(
    model=model,
    train_dataset=data["train"],
    args=TrainingArguments(per_device_train_batch_size=1, gradient_accumulation_steps=4, warmup_steps=2, max_steps=10, learning_rate=2e-4, bf16=True, logging_steps=1, output_dir="outputs", optim="paged_adamw_8bit", report_to="none"),
    peft_config=lora_config,
    formatting_func=formatting_func,
)
trainer.train()
