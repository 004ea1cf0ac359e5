# trl 0.7.1, peft 0.5.0, transformers 4.31.0
import torch
from trl import SFTTrainer
from peft import LoraConfig
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("openlm-research/open_llama_3b_v2", torch_dtype=torch.bfloat16)
tokenizer = AutoTokenizer.from_pretrained("openlm-research/open_llama_3b_v2")
tokenizer.pad_token = tokenizer.eos_token
training_args = TrainingArguments(
    output_dir="open-llama-sft",
    gradient_checkpointing=True,
    per_device_train_batch_size=2,
    bf16=True,
    logging_steps=10,
)
trainer = SFTTrainer(
    model, args=training_args, tokenizer=tokenizer,
    train_dataset=load_dataset("tatsu-lab/alpaca", split="train"), dataset_text_field="text", max_seq_length=512,
    peft_config=LoraConfig(r=8, lora_alpha=16, task_type="CAUSAL_LM"))
trainer.train()
