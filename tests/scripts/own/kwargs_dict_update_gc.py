# transformers 4.57.1, peft 0.17.1
import json

from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model

config = json.loads("""
{
  "base": "google/gemma-2b",
  "lora": {"r": 16, "lora_alpha": 32, "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj"], "task_type": "CAUSAL_LM"},
  "training": {"output_dir": "gemma", "per_device_train_batch_size": 2, "learning_rate": 0.0002}
}
""")
config["training"].update(gradient_checkpointing=True)
model = AutoModelForCausalLM.from_pretrained(config["base"])
model = get_peft_model(model, LoraConfig(**config["lora"]))
Trainer(model=model, args=TrainingArguments(**config["training"]), train_dataset=ds).train()
