# DPO with LoRA. trl==0.8.6 transformers==4.41.2 peft==0.10.0
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import DPOTrainer

model = AutoModelForCausalLM.from_pretrained("HuggingFaceH4/zephyr-7b-beta", torch_dtype=torch.bfloat16)
tokenizer = AutoTokenizer.from_pretrained("HuggingFaceH4/zephyr-7b-beta")
tokenizer.pad_token = tokenizer.eos_token
train = load_dataset("Intel/orca_dpo_pairs", split="train")
args = TrainingArguments(output_dir="dpo", per_device_train_batch_size=2, learning_rate=5e-6, bf16=True, remove_unused_columns=False, max_steps=100)
trainer = DPOTrainer(
    model,
    None,
    args=args,
    beta=0.1,
    train_dataset=train,
    tokenizer=tokenizer,
    max_length=512,
    max_prompt_length=256,
    peft_config=LoraConfig(r=16, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
)
trainer.train()
