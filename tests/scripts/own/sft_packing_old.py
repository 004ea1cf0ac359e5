# trl 0.8.6
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import SFTTrainer


def chars_token_ratio(dataset, tokenizer, nb_examples=40):
    total_characters, total_tokens = 0, 0
    for _, example in zip(range(nb_examples), iter(dataset)):
        text = prepare_sample_text(example)
        total_characters += len(text)
        total_tokens += len(tokenizer(text).tokens())
    return total_characters / total_tokens


def prepare_sample_text(example):
    return f"Question: {example['question']}\n\nAnswer: {example['answer']}"


dataset = load_dataset("gsm8k", "main", split="train")
tokenizer = AutoTokenizer.from_pretrained("codellama/CodeLlama-7b-hf")
tokenizer.pad_token = tokenizer.eos_token
ratio = chars_token_ratio(dataset, tokenizer)
print(f"The character to token ratio of the dataset is: {ratio:.2f}")
trainer = SFTTrainer(
    model=AutoModelForCausalLM.from_pretrained("codellama/CodeLlama-7b-hf", torch_dtype=torch.bfloat16),
    args=TrainingArguments(output_dir="math", per_device_train_batch_size=1, max_steps=500, bf16=True, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False}),
    train_dataset=dataset,
    tokenizer=tokenizer,
    packing=True,
    max_seq_length=512,
    formatting_func=prepare_sample_text,
    chars_per_token=ratio,
    peft_config=LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, target_modules=["q_proj", "v_proj"], bias="none", task_type="CAUSAL_LM"),
)
trainer.train()
