# trl==0.22.2 peft==0.17.1 transformers==4.57.1
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("google/gemma-3-270m")
model = get_peft_model(model, LoraConfig(r=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
SFTTrainer(model, args=SFTConfig(output_dir="g"), train_dataset=load_dataset("stanfordnlp/imdb", split="train")).train()
