"""Thumbs up / thumbs down from our support tool -> KTO.
requirements.txt: trl==0.15.2 peft==0.14.0 transformers==4.49.0 bitsandbytes"""
import csv
import io

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import KTOConfig, KTOTrainer

FEEDBACK = """prompt,completion,label
How do I reset my password?,Use the link on the sign-in page.,1
How do I reset my password?,I don't know.,0
Where is my invoice?,Under Billing > History.,1
Where is my invoice?,Ask somebody else.,0
"""

rows = list(csv.DictReader(io.StringIO(FEEDBACK)))
for row in rows:
    row["label"] = row["label"] == "1"
dataset = Dataset.from_list(rows)

name = "microsoft/Phi-3-mini-4k-instruct"
bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="bfloat16", bnb_4bit_use_double_quant=True)
model = AutoModelForCausalLM.from_pretrained(name, quantization_config=bnb, device_map="auto", attn_implementation="eager")
tokenizer = AutoTokenizer.from_pretrained(name)
tokenizer.padding_side = "right"
model = prepare_model_for_kbit_training(model, gradient_checkpointing_kwargs={"use_reentrant": False})
lora = LoraConfig(r=16, lora_alpha=16, target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"], lora_dropout=0, bias="none", task_type="CAUSAL_LM")
model = get_peft_model(model, lora)

positives = sum(r["label"] for r in rows)
config = KTOConfig(
    output_dir="kto",
    beta=0.1,
    desirable_weight=1.0,
    undesirable_weight=positives / (len(rows) - positives),
    per_device_train_batch_size=4,
    max_length=256,
    max_prompt_length=128,
    max_steps=20,
    learning_rate=5e-6,
    gradient_checkpointing=True,
    gradient_checkpointing_kwargs={"use_reentrant": False},
    bf16=True,
    report_to="none",
)
trainer = KTOTrainer(model=model, args=config, train_dataset=dataset, processing_class=tokenizer)
trainer.train()
trainer.save_model()
