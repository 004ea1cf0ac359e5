# trl 0.17.0
from datasets import load_dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

SFTTrainer("Qwen/Qwen2.5-0.5B", args=SFTConfig("o"), train_dataset=load_dataset("trl-lib/Capybara", split="train"),
           peft_config=LoraConfig(target_modules=["all-linear"])).train()
