# 想用 PiSSA 初始化; peft==0.10.0 transformers==4.41.2
import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments, DataCollatorForSeq2Seq
from datasets import Dataset

模型路径 = "Qwen/Qwen1.5-7B-Chat"
tokenizer = AutoTokenizer.from_pretrained(模型路径, use_fast=False, trust_remote_code=True)
model = AutoModelForCausalLM.from_pretrained(模型路径, device_map="auto", torch_dtype=torch.bfloat16)
model.enable_input_require_grads()  # 开启梯度检查点时要执行该方法

数据 = Dataset.from_list([{"instruction": "你是谁", "output": "我是小助手"}, {"instruction": "早上好", "output": "早上好呀"}] * 8)


def process_func(example):
    instruction = tokenizer(f"<|im_start|>user\n{example['instruction']}<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)
    response = tokenizer(example["output"], add_special_tokens=False)
    input_ids = instruction["input_ids"] + response["input_ids"] + [tokenizer.pad_token_id]
    labels = [-100] * len(instruction["input_ids"]) + response["input_ids"] + [tokenizer.pad_token_id]
    return {"input_ids": input_ids, "attention_mask": [1] * len(input_ids), "labels": labels}


tokenized_id = 数据.map(process_func, remove_columns=数据.column_names)
config = LoraConfig(task_type=TaskType.CAUSAL_LM, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], inference_mode=False, r=8, lora_alpha=8, lora_dropout=0, init_lora_weights="pissa_niter_4")
model = get_peft_model(model, config)
args = TrainingArguments(output_dir="./output/qwen", per_device_train_batch_size=4, gradient_accumulation_steps=4, logging_steps=10, num_train_epochs=3, learning_rate=1e-4, gradient_checkpointing=True)
Trainer(model=model, args=args, train_dataset=tokenized_id, data_collator=DataCollatorForSeq2Seq(tokenizer=tokenizer, padding=True)).train()
