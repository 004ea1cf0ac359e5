# pip install trl==0.29.1
from datasets import load_dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

dataset = load_dataset("HuggingFaceH4/no_robots", split="train")

config = SFTConfig(
    output_dir="gemma-no-robots",
    max_seq_length=1024,
    packing=True,
    num_train_epochs=1,
    per_device_train_batch_size=1,
    gradient_accumulation_steps=16,
    gradient_checkpointing=True,
    learning_rate=2e-4,
    bf16=True,
)
trainer = SFTTrainer(
    "google/gemma-3-1b-it",
    args=config,
    train_dataset=dataset,
    peft_config=LoraConfig(r=16, lora_alpha=16, target_modules="all-linear", modules_to_save=["lm_head", "embed_tokens"], task_type="CAUSAL_LM"),
)
trainer.train()
