# pip install trl==0.19.1 peft==0.17.1 transformers==4.57.1
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model

DEFAULTS = {"output_dir": "runs", "per_device_train_batch_size": 4, "gradient_checkpointing": True, "learning_rate": 1e-4}
DEBUG = {"max_steps": 10, "gradient_checkpointing": False}
debug = True

model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-Instruct-v0.3")
model = get_peft_model(model, LoraConfig(**{"r": 16, "lora_alpha": 32, "target_modules": ["q_proj", "v_proj"]}))
settings = {**DEFAULTS, **(DEBUG if debug else {})}
trainer = Trainer(model=model, args=TrainingArguments(**settings), train_dataset=ds)
trainer.train()
