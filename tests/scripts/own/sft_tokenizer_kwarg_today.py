# latest everything: trl 1.16.0, transformers 5.24.0, peft 0.21.2
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

tokenizer = AutoTokenizer.from_pretrained("google/gemma-2-2b-it")
model = AutoModelForCausalLM.from_pretrained("google/gemma-2-2b-it")
cfg = SFTConfig(output_dir="gemma", max_length=1024, per_device_train_batch_size=1)
trainer = SFTTrainer(
    model=model,
    train_dataset=load_dataset("HuggingFaceH4/ultrachat_200k", split="train_sft"),
    tokenizer=tokenizer,
    args=cfg,
    peft_config=LoraConfig(r=16, target_modules="all-linear", task_type="CAUSAL_LM"),
)
trainer.train()
