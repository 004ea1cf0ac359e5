# peft 0.17.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.3")
n = model.config.num_hidden_layers
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], layers_to_transform=list(range(n - 4, n))))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
