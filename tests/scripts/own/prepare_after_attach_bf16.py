# trl==0.15.2  peft==0.14.0  transformers==4.49.0
import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B-Instruct", torch_dtype=torch.bfloat16)
config = LoraConfig(r=8, lora_alpha=32, target_modules=["q_proj", "v_proj"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM")
model = get_peft_model(model, config)
model = prepare_model_for_kbit_training(model)
model.print_trainable_parameters()
trainer = Trainer(model=model, args=TrainingArguments("out", bf16=True), train_dataset=train_dataset)
trainer.train()
