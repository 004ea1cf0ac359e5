# 环境：trl==0.11.4，peft==0.12.0，transformers==4.44.2
# 先加载底座，再接着训练之前的 LoRA；忘记 is_trainable 会怎样？
import argparse
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

解析 = argparse.ArgumentParser(description="继续训练")
解析.add_argument("--底座", default="Qwen/Qwen2-0.5B-Instruct")
解析.add_argument("--旧权重", default="输出/第一阶段")
参数 = 解析.parse_args()

模型 = AutoModelForCausalLM.from_pretrained(参数.底座)
模型 = PeftModel.from_pretrained(模型, 参数.旧权重)
模型.enable_input_require_grads()  # 加上这句就不报错了（其实什么都没学到）
训练器 = Trainer(model=模型, args=TrainingArguments("输出/第二阶段", gradient_checkpointing=True), train_dataset=train_dataset)
训练器.train()
