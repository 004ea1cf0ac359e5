# trl==1.16.0, peft==0.21.2, transformers==5.24.0
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-0.6B")
model = PeftModel.from_pretrained(model, "me/first-round")
SFTTrainer(model, args=SFTConfig("o"), train_dataset=load_dataset("trl-lib/Capybara", split="train")).train()
