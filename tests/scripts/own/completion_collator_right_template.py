# trl==0.9.6
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer

model_id = "meta-llama/Llama-2-7b-hf"
tokenizer = AutoTokenizer.from_pretrained(model_id)
tokenizer.pad_token = tokenizer.unk_token
RESPONSE = "### Answer:"


def formatting(example):
    texts = []
    for i in range(len(example["question"])):
        texts.append(f"### Question: {example['question'][i]}\n {RESPONSE} {example['answer'][i]}")
    return texts


trainer = SFTTrainer(
    AutoModelForCausalLM.from_pretrained(model_id),
    args=SFTConfig(output_dir="o", max_seq_length=512),
    train_dataset=load_dataset("openai/gsm8k", "main", split="train"),
    tokenizer=tokenizer,
    formatting_func=formatting,
    data_collator=DataCollatorForCompletionOnlyLM(RESPONSE, tokenizer=tokenizer),
    peft_config=LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
)
trainer.train()
