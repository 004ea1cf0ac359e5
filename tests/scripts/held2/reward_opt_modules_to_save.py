# Reward model, trl 0.14.0
from datasets import load_dataset
from peft import LoraConfig, TaskType
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import RewardConfig, RewardTrainer

name = "facebook/opt-350m"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForSequenceClassification.from_pretrained(name, num_labels=1)
model.config.pad_token_id = tokenizer.pad_token_id

raw = load_dataset("Anthropic/hh-rlhf", split="train").select(range(32))
config = RewardConfig(output_dir="rm", per_device_train_batch_size=2, num_train_epochs=1, learning_rate=1.41e-5, max_length=128, logging_steps=10, remove_unused_columns=False, gradient_checkpointing=False)
peft = LoraConfig(task_type=TaskType.SEQ_CLS, r=16, lora_alpha=32, lora_dropout=0.1, target_modules=["k_proj", "q_proj", "v_proj", "out_proj"], modules_to_save=["score"])
trainer = RewardTrainer(model=model, processing_class=tokenizer, args=config, train_dataset=raw, peft_config=peft)
trainer.train()
trainer.save_model("rm/final")
