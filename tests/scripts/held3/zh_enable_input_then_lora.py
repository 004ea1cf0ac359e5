# 同一教程，新版环境：transformers 4.44.2、peft 0.12.0（trl 0.11.4），模型换成 Yi
import torch
from datasets import Dataset
from transformers import AutoTokenizer, AutoModelForCausalLM, DataCollatorForSeq2Seq, TrainingArguments, Trainer
from peft import LoraConfig, TaskType, get_peft_model

路径 = "01-ai/Yi-1.5-6B-Chat"
tokenizer = AutoTokenizer.from_pretrained(路径, use_fast=False)
if tokenizer.pad_token is None:
    tokenizer.pad_token = tokenizer.eos_token
样本 = [{"问": f"{i} 加 {i} 等于几？", "答": f"{i + i}"} for i in range(12)]


def 处理(例):
    问 = tokenizer(f"<|im_start|>user\n{例['问']}<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]
    答 = tokenizer(例["答"] + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    return dict(input_ids=问 + 答, attention_mask=[1] * (len(问) + len(答)), labels=[-100] * len(问) + 答)


数据 = Dataset.from_list(样本).map(处理, remove_columns=["问", "答"])
model = AutoModelForCausalLM.from_pretrained(路径, device_map="auto", torch_dtype=torch.half)
model.enable_input_require_grads()
model = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, target_modules=["q_proj", "v_proj"], r=8, lora_alpha=32))
for 名, 参 in model.named_parameters():
    if 参.requires_grad:
        参.data = 参.data.float()
trainer = Trainer(
    model=model,
    args=TrainingArguments("output", per_device_train_batch_size=2, max_steps=6, learning_rate=1e-4, fp16=True, gradient_checkpointing=True, logging_steps=1, report_to="none"),
    train_dataset=数据,
    data_collator=DataCollatorForSeq2Seq(tokenizer=tokenizer, padding=True),
)
trainer.train()
