"""
finetune pythia with lora
env: torch 2.2.2 / transformers 4.41.2 / peft 0.10.0
"""
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

MODEL = "EleutherAI/pythia-410m"


def tokenize(batch, tokenizer):
    return tokenizer(batch["text"], truncation=True, max_length=256)


def main():
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16)
    model.gradient_checkpointing_enable()
    model.enable_input_require_grads()
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["query_key_value"], task_type="CAUSAL_LM"))
    dataset = load_dataset("roneneldan/TinyStories", split="train[:2000]")
    dataset = dataset.map(tokenize, batched=True, fn_kwargs={"tokenizer": tokenizer}, remove_columns=["text"])
    trainer = Trainer(
        model=model,
        args=TrainingArguments(output_dir="stories", bf16=True, gradient_checkpointing=True, per_device_train_batch_size=8, num_train_epochs=1),
        train_dataset=dataset,
        data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
    )
    trainer.train()
    model.save_pretrained("stories/final")


if __name__ == "__main__":
    main()
