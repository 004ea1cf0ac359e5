# trl==1.9.0, transformers==5.15.0
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import DPOTrainer

model = AutoModelForCausalLM.from_pretrained("HuggingFaceH4/mistral-7b-sft-beta")
tokenizer = AutoTokenizer.from_pretrained("HuggingFaceH4/mistral-7b-sft-beta")
trainer = DPOTrainer(
    model,
    ref_model=None,
    args=TrainingArguments(output_dir="dpo", per_device_train_batch_size=1),
    beta=0.1,
    train_dataset=load_dataset("Anthropic/hh-rlhf", split="train"),
    tokenizer=tokenizer,
    max_prompt_length=512,
    peft_config=LoraConfig(r=8, task_type="CAUSAL_LM"),
)
trainer.train()
