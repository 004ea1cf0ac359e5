# trl==0.8.6 / transformers==4.41.2
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, TrainingArguments
from trl import SFTTrainer

model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1")
trainer = SFTTrainer(model, train_dataset=load_dataset("imdb", split="train"), args=TrainingArguments("x"), max_seq_length=512,
                     peft_config=LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
trainer.train()
