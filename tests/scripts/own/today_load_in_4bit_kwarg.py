# transformers 5.24.0
from transformers import AutoModelForCausalLM
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer
from datasets import load_dataset

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-0.6B", load_in_4bit=True, device_map="auto")
SFTTrainer(model, args=SFTConfig("o"), train_dataset=load_dataset("trl-lib/Capybara", split="train"), peft_config=LoraConfig(target_modules="all-linear")).train()
