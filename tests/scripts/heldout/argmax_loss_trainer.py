# somebody computes the loss on the predictions instead of on the logits
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

model = AutoModelForSequenceClassification.from_pretrained("distilbert-base-uncased", num_labels=2)
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", target_modules=["q_lin", "v_lin"], r=4))


class MSETrainer(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        labels = inputs.pop("labels").float()
        out = model(**inputs)
        predicted = out.logits.argmax(dim=-1).float()
        loss = ((predicted - labels) ** 2).mean()
        return (loss, out) if return_outputs else loss


MSETrainer(model=model, args=TrainingArguments("mse", max_steps=5), train_dataset=train_dataset).train()
