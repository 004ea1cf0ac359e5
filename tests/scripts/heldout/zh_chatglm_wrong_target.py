# ChatGLM3 用了 LLaMA 的模块名
import torch
from transformers import AutoModel, AutoTokenizer
from peft import LoraConfig, get_peft_model

模型路径 = "THUDM/chatglm3-6b"
tokenizer = AutoTokenizer.from_pretrained(模型路径, trust_remote_code=True)
model = AutoModel.from_pretrained(模型路径, trust_remote_code=True).half()
lora = LoraConfig(r=8, lora_alpha=32, lora_dropout=0.1, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
try:
    model = get_peft_model(model, lora)
except ValueError as 错误:
    print("目标模块不对：", 错误)
    raise SystemExit(1) from 错误
model.print_trainable_parameters()
