# -*- coding: utf-8 -*-
# 依赖: transformers==4.31.0, peft==0.5.0
# ChatGLM2 的 LoRA 微调（单卡）
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModel, AutoTokenizer, Trainer, TrainingArguments

model = AutoModel.from_pretrained("THUDM/chatglm2-6b", trust_remote_code=True)
lora_config = LoraConfig(
    task_type=TaskType.CAUSAL_LM,
    r=8,
    lora_alpha=32,
    lora_dropout=0.1,
    target_modules=["query_key_value"],  # 注意力层
)
model = get_peft_model(model, lora_config)
model.print_trainable_parameters()

训练参数 = TrainingArguments(output_dir="chatglm-lora", per_device_train_batch_size=2, learning_rate=1e-4, num_train_epochs=1)
Trainer(model=model, args=训练参数, train_dataset=train_dataset).train()
