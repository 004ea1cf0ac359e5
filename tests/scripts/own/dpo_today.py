# trl==1.16.0 transformers==5.24.0 peft==0.21.2
from datasets import load_dataset
from peft import LoraConfig
from trl import DPOConfig, DPOTrainer

trainer = DPOTrainer(
    model="Qwen/Qwen3-0.6B",
    args=DPOConfig(output_dir="dpo", learning_rate=5e-6),
    train_dataset=load_dataset("trl-lib/ultrafeedback_binarized", split="train"),
    peft_config=LoraConfig(),
)
trainer.train()
