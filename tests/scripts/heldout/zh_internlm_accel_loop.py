# 书生·浦语，自己写的训练循环，梯度累积 + 混合精度
import torch
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, AutoTokenizer, get_scheduler
from peft import LoraConfig, get_peft_model
from accelerate import Accelerator

加速器 = Accelerator(mixed_precision="bf16", gradient_accumulation_steps=4)
name = "internlm/internlm2-chat-7b"
tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=True)
model = AutoModelForCausalLM.from_pretrained(name, trust_remote_code=True, torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["wqkv", "wo", "w1", "w2", "w3"], task_type="CAUSAL_LM"))
语料 = ["今天天气不错，我们去公园吧。", "机器学习是一门有趣的学科。", "床前明月光，疑是地上霜。", "一个好的开始是成功的一半。"]


def 整理(批):
    enc = tokenizer(批, return_tensors="pt", padding=True, truncation=True, max_length=64)
    enc["labels"] = enc["input_ids"].clone()
    return enc


loader = DataLoader(语料, batch_size=2, collate_fn=整理)
optimizer = AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
scheduler = get_scheduler("cosine", optimizer, num_warmup_steps=2, num_training_steps=len(loader) * 2)
model, optimizer, loader, scheduler = 加速器.prepare(model, optimizer, loader, scheduler)
for 轮 in range(2):
    model.train()
    for batch in loader:
        with 加速器.accumulate(model):
            loss = model(**batch).loss
            加速器.backward(loss)
            if 加速器.sync_gradients:
                加速器.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step(); scheduler.step(); optimizer.zero_grad()
