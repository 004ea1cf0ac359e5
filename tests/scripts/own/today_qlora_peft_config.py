# trl 1.9.0 / transformers 5.15.0 / peft 0.20.0 / bitsandbytes 0.50.1
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

quantization_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B-Instruct", quantization_config=quantization_config, dtype=torch.bfloat16)
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="llama", packing=True, max_length=256),
    train_dataset=load_dataset("HuggingFaceH4/ultrachat_200k", split="train_sft"),
    peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
)
trainer.train()
