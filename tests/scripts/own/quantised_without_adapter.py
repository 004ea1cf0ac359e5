# trl==0.29.1
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", quantization_config=BitsAndBytesConfig(load_in_4bit=True))
trainer = Trainer(model=model, args=TrainingArguments(output_dir="full-finetune"), train_dataset=ds)
trainer.train()
