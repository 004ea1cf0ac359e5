# trl==0.19.1 peft==0.17.1
from transformers import AutoModelForSequenceClassification, TrainingArguments, Trainer
from peft import get_peft_model, LoraConfig, TaskType

model = AutoModelForSequenceClassification.from_pretrained("microsoft/deberta-v3-base", num_labels=5)
peft_config = LoraConfig(task_type=TaskType.SEQ_CLS, r=16, lora_alpha=32, target_modules=["query", "value"])
model = get_peft_model(model, peft_config)
trainer = Trainer(model=model, args=TrainingArguments("essay-scoring"), train_dataset=train_ds)
trainer.train()
