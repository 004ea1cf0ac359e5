# transformers 4.46.3 / peft 0.13.2
import torch
import torch.nn.functional as F
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainingArguments


class WeightedTrainer(Trainer):
    def __init__(self, *args, class_weights=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.class_weights = class_weights

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = F.cross_entropy(outputs.logits, labels, weight=self.class_weights.to(outputs.logits.device))
        return (loss, outputs) if return_outputs else loss


model_name = "roberta-base"
tokenizer = AutoTokenizer.from_pretrained(model_name)
ds = load_dataset("sms_spam", split="train").map(lambda x: tokenizer(x["text"], truncation=True), batched=True)
ds = ds.rename_column("label", "labels")
model = AutoModelForSequenceClassification.from_pretrained(model_name, num_labels=2)
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=8, target_modules=["query", "key", "value"]))
trainer = WeightedTrainer(
    model=model,
    args=TrainingArguments(output_dir="spam", per_device_train_batch_size=8, learning_rate=1e-3),
    train_dataset=ds,
    data_collator=DataCollatorWithPadding(tokenizer),
    class_weights=torch.tensor([1.0, 6.0]),
)
trainer.train()
