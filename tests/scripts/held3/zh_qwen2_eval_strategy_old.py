# 用 LoRA 微调 Qwen1.5，指令数据为 json。环境：transformers 4.36.2、peft 0.7.1、trl 0.7.10
import json
import torch
from datasets import Dataset
from transformers import AutoTokenizer, AutoModelForCausalLM, DataCollatorForSeq2Seq, TrainingArguments, Trainer
from peft import LoraConfig, TaskType, get_peft_model

模型路径 = "THUDM/chatglm3-6b" if False else "meta-llama/Llama-2-7b-chat-hf"
with open("train.json", "w", encoding="utf-8") as f:
    json.dump([{"instruction": "你是谁？", "input": "", "output": "我是一个助手。"}] * 8, f, ensure_ascii=False)
with open("train.json", encoding="utf-8") as f:
    ds = Dataset.from_list(json.load(f))

tokenizer = AutoTokenizer.from_pretrained(模型路径, use_fast=False, trust_remote_code=True)
tokenizer.pad_token = tokenizer.eos_token


def process_func(example):
    MAX_LENGTH = 128
    instruction = tokenizer(f"[INST] {example['instruction']}{example['input']} [/INST]", add_special_tokens=False)
    response = tokenizer(f"{example['output']}", add_special_tokens=False)
    input_ids = instruction["input_ids"] + response["input_ids"] + [tokenizer.pad_token_id]
    attention_mask = instruction["attention_mask"] + response["attention_mask"] + [1]
    labels = [-100] * len(instruction["input_ids"]) + response["input_ids"] + [tokenizer.pad_token_id]
    return {"input_ids": input_ids[:MAX_LENGTH], "attention_mask": attention_mask[:MAX_LENGTH], "labels": labels[:MAX_LENGTH]}


tokenized_id = ds.map(process_func, remove_columns=ds.column_names)
model = AutoModelForCausalLM.from_pretrained(模型路径, device_map="auto", torch_dtype=torch.bfloat16)
model.enable_input_require_grads()  # 开启梯度检查点时，要执行该方法
config = LoraConfig(task_type=TaskType.CAUSAL_LM, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1)
model = get_peft_model(model, config)
args = TrainingArguments(
    output_dir="./output/llama2", per_device_train_batch_size=4, gradient_accumulation_steps=4, logging_steps=10, num_train_epochs=3,
    save_steps=100, learning_rate=1e-4, save_on_each_node=True, gradient_checkpointing=True, eval_strategy="no",
)
trainer = Trainer(model=model, args=args, train_dataset=tokenized_id, data_collator=DataCollatorForSeq2Seq(tokenizer=tokenizer, padding=True))
trainer.train()
