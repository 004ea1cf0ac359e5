# session 2: load yesterday's adapter and train on; I also kept yesterday's get_peft_model. trl 0.29.1 peft 0.18.0 transformers 4.57.1
import torch
from datasets import load_dataset
from peft import AutoPeftModelForCausalLM, LoraConfig, PeftConfig
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer

ADAPTER = "runs/2026-01-12/checkpoint-500"
peft_config = LoraConfig(r=16, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = AutoPeftModelForCausalLM.from_pretrained(ADAPTER, dtype=torch.bfloat16, is_trainable=True)
tokenizer = AutoTokenizer.from_pretrained(ADAPTER)
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="runs/2026-01-13", max_steps=500, report_to="none"),
    train_dataset=load_dataset("trl-lib/Capybara", split="train"),
    processing_class=tokenizer,
    peft_config=peft_config,
)
trainer.train()
