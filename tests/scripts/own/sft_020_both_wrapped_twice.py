# trl==0.20.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

config = LoraConfig(r=8, target_modules=["q_proj", "v_proj"])
model = get_peft_model(AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B"), config)
SFTTrainer(model, args=SFTConfig("o"), train_dataset=load_dataset("imdb", split="train"), peft_config=config).train()
