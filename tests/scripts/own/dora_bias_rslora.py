# trl==0.19.1 peft==0.17.1 transformers==4.57.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B")
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], bias="lora_only", use_rslora=True, use_dora=True))
model.print_trainable_parameters()
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
