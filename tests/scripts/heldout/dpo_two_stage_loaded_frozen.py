# after SFT: the adapter is loaded for DPO (forgot that it comes back frozen)
import torch
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

base = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2-0.5B-Instruct", torch_dtype=torch.bfloat16)
policy = PeftModel.from_pretrained(base, "runs/sft-qwen2")
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen2-0.5B-Instruct")
pairs = load_dataset("trl-lib/ultrafeedback_binarized", split="train")
config = DPOConfig(output_dir="runs/dpo-qwen2", beta=0.1, per_device_train_batch_size=2, logging_steps=10)
trainer = DPOTrainer(model=policy, ref_model=None, args=config, train_dataset=pairs, processing_class=tokenizer)
trainer.train()
