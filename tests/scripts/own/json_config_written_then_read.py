# trl==0.17.0
import json
import os
import tempfile

from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

path = os.path.join(tempfile.gettempdir(), "lora.json")
with open(path, "w") as f:
    json.dump({"r": 16, "lora_alpha": 32, "target_modules": ["query", "value"]}, f)

with open(path) as f:
    lora = json.load(f)
model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B")
SFTTrainer(model=model, args=SFTConfig(output_dir="o"), train_dataset=load_dataset("imdb", split="train"), peft_config=LoraConfig(**lora)).train()
