# transformers 5.24.0, peft 0.21.2, trl 1.16.0
from peft import LoraConfig
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-0.6B")
model.add_adapter(LoraConfig(r=8, target_modules=["q_proj", "v_proj"]), adapter_name="a")
Trainer(model=model, args=TrainingArguments(output_dir="o"), train_dataset=ds).train()
