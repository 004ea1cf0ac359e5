# trl 0.11.4
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("facebook/opt-350m")
tokenizer = AutoTokenizer.from_pretrained("facebook/opt-350m")
dataset = load_dataset("lucasmccabe-lmi/CodeAlpaca-20k", split="train")


def formatting_prompts_func(example):
    return [f"### Question: {q}\n ### Answer: {a}" for q, a in zip(example["instruction"], example["output"])]


collator = DataCollatorForCompletionOnlyLM(" ### Answer:", tokenizer=tokenizer)
trainer = SFTTrainer(
    model,
    train_dataset=dataset,
    args=SFTConfig(output_dir="/tmp/code", packing=True, max_seq_length=256),
    formatting_func=formatting_prompts_func,
    data_collator=collator,
    peft_config=LoraConfig(r=8, task_type="CAUSAL_LM"),
)
trainer.train()
