# peft==0.11.1 transformers==4.42.4
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import LoraConfig, get_peft_model, prepare_model_for_int8_training

model = AutoModelForCausalLM.from_pretrained("facebook/opt-6.7b", load_in_8bit=True, device_map="auto")
model = prepare_model_for_int8_training(model)
model = get_peft_model(model, LoraConfig(r=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
transformers.Trainer(model=model, train_dataset=data, args=transformers.TrainingArguments("o")).train()
