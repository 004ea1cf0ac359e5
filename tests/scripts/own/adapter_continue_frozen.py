# peft==0.10.0 transformers==4.41.2 trl==0.8.6
# 续训：在上一次的 adapter 上继续
import torch
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainingArguments
from trl import SFTTrainer

base = "Qwen/Qwen1.5-0.5B-Chat"
tokenizer = AutoTokenizer.from_pretrained(base)
model = AutoModelForCausalLM.from_pretrained(base, torch_dtype=torch.bfloat16)
model = PeftModel.from_pretrained(model, "./output/checkpoint-500")
args = TrainingArguments(output_dir="./output2", num_train_epochs=1, bf16=True, learning_rate=1e-4)
trainer = SFTTrainer(model=model, args=args, train_dataset=load_dataset("json", data_files="新数据.json", split="train"),
                     tokenizer=tokenizer, dataset_text_field="text", max_seq_length=512)
trainer.train()
