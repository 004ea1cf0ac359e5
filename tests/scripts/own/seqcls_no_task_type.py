# transformers 4.57.1, peft 0.17.1
# the classifier isn't saved :( why?
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased", num_labels=4)
model = get_peft_model(model, LoraConfig(r=4, target_modules=["query", "value"]))
Trainer(model=model, args=TrainingArguments("out", num_train_epochs=2), train_dataset=train_ds).train()
