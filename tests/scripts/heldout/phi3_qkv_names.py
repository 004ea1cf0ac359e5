# Phi-3 packs q, k and v; target names of Llama (2024, trl 0.11.4)
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

m = "microsoft/Phi-3-mini-4k-instruct"
model = AutoModelForCausalLM.from_pretrained(m, torch_dtype=torch.bfloat16, trust_remote_code=True)
tok = AutoTokenizer.from_pretrained(m)
tok.pad_token = tok.unk_token
cfg = LoraConfig(r=16, lora_alpha=16, lora_dropout=0.05, target_modules=["k_proj", "q_proj", "v_proj"], task_type="CAUSAL_LM")
trainer = SFTTrainer(model=model, args=SFTConfig(output_dir="phi3", dataset_text_field="text", max_seq_length=256), train_dataset=load_dataset("timdettmers/openassistant-guanaco", split="train"), peft_config=cfg, tokenizer=tok)
trainer.train()
