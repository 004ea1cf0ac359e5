# trl==0.14.0 transformers==4.48.2 peft==0.14.0
from datasets import load_dataset
from peft import LoraConfig, TaskType
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import RewardConfig, RewardTrainer

tok = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
model = AutoModelForSequenceClassification.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct", num_labels=1)
model.config.pad_token_id = tok.pad_token_id
trainer = RewardTrainer(
    model=model,
    args=RewardConfig(output_dir="reward", per_device_train_batch_size=2, max_length=256),
    processing_class=tok,
    train_dataset=load_dataset("Anthropic/hh-rlhf", split="train"),
    peft_config=LoraConfig(task_type=TaskType.SEQ_CLS, r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"], modules_to_save=["score"]),
)
trainer.train()
