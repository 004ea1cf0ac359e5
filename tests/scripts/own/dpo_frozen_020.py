# trl==0.20.0
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

base = "Qwen/Qwen2.5-0.5B-Instruct"
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "me/sft-adapter")
tokenizer = AutoTokenizer.from_pretrained(base)
DPOTrainer(model=model, args=DPOConfig(output_dir="dpo", max_length=256), train_dataset=load_dataset("trl-lib/ultrafeedback_binarized", split="train"), processing_class=tokenizer).train()
