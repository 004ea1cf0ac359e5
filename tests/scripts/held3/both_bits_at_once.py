import argparse

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainingArguments, Trainer, default_data_collator
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

# transformers==4.42.4 peft==0.11.1 trl==0.9.6
parser = argparse.ArgumentParser(description="qlora")
parser.add_argument("--model_name_or_path", type=str, default="tiiuae/falcon-7b")
parser.add_argument("--load_in_8bit", action="store_true", default=True)
parser.add_argument("--load_in_4bit", action="store_true")
parser.add_argument("--lora_r", type=int, default=64)
args = parser.parse_args(["--load_in_4bit", "--lora_r", "16"])

quant = BitsAndBytesConfig(
    load_in_8bit=args.load_in_8bit,
    load_in_4bit=args.load_in_4bit,
    bnb_4bit_compute_dtype=torch.float16,
    llm_int8_threshold=6.0,
)
model = AutoModelForCausalLM.from_pretrained(args.model_name_or_path, quantization_config=quant, device_map="auto")
model = get_peft_model(prepare_model_for_kbit_training(model), LoraConfig(r=args.lora_r, target_modules=["query_key_value"], task_type="CAUSAL_LM"))
tokenizer = AutoTokenizer.from_pretrained(args.model_name_or_path)
rows = [tokenizer("hello world", return_tensors="pt") for _ in range(4)]
rows = [{"input_ids": r["input_ids"][0], "labels": r["input_ids"][0]} for r in rows]
Trainer(model=model, args=TrainingArguments(output_dir="o", max_steps=1), train_dataset=rows, data_collator=default_data_collator).train()
