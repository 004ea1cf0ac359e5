# -*- coding: utf-8 -*-
# 环境：transformers==4.31.0 peft==0.5.0 torch==2.1.2
# bloomz 指令微调，自己写的训练循环
import torch
from torch.utils.data import DataLoader
from transformers import AutoTokenizer, AutoModelForCausalLM, get_linear_schedule_with_warmup
from peft import get_peft_model, LoraConfig, TaskType

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model_path = "bigscience/bloomz-560m"
tokenizer = AutoTokenizer.from_pretrained(model_path)
model = AutoModelForCausalLM.from_pretrained(model_path)

# 加 lora
peft_config = LoraConfig(task_type=TaskType.CAUSAL_LM, inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1)
model = get_peft_model(model, peft_config)
model.print_trainable_parameters()
model = model.to(device)

问答 = [
    {"问": "你好", "答": "你好，有什么可以帮你？"},
    {"问": "天空是什么颜色", "答": "蓝色"},
    {"问": "一加一等于几", "答": "二"},
    {"问": "讲个笑话", "答": "从前有座山"},
]


def 拼接(批):
    文本 = [x["问"] + "\n" + x["答"] + tokenizer.eos_token for x in 批]
    编码 = tokenizer(文本, return_tensors="pt", padding=True, truncation=True, max_length=128)
    编码["labels"] = 编码["input_ids"].masked_fill(编码["attention_mask"] == 0, -100)
    return 编码


loader = DataLoader(问答, batch_size=2, shuffle=True, collate_fn=拼接)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
lr_scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=0, num_training_steps=len(loader) * 3)

for epoch in range(3):
    model.train()
    total_loss = 0
    for step, batch in enumerate(loader):
        batch = {k: v.to(device) for k, v in batch.items()}
        outputs = model(**batch)
        loss = outputs.loss
        total_loss += loss.detach().float()
        loss.backward()
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
    print(f"第 {epoch} 轮，平均损失 {total_loss / len(loader)}")
model.save_pretrained("bloomz-lora")
