# class weights by a subclass; DeBERTa, several labels
import torch
from torch import nn
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments, DataCollatorWithPadding

LABELS = ["low", "mid", "high"]
id2label = dict(enumerate(LABELS))
tok = AutoTokenizer.from_pretrained("microsoft/deberta-v3-base")
model = AutoModelForSequenceClassification.from_pretrained("microsoft/deberta-v3-base", num_labels=len(LABELS), id2label=id2label, label2id={v: k for k, v in id2label.items()})
model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=16, lora_alpha=32, target_modules=["query_proj", "key_proj", "value_proj", "dense"], modules_to_save=["classifier", "pooler"]))
rows = Dataset.from_dict({"text": [f"ticket number {i} is about something" for i in range(24)], "label": [i % 3 for i in range(24)]})
rows = rows.map(lambda r: tok(r["text"], truncation=True, max_length=64), remove_columns=["text"])


class WeightedTrainer(Trainer):
    def __init__(self, *args, class_weights=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.class_weights = torch.tensor(class_weights, dtype=torch.float)

    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = nn.CrossEntropyLoss(weight=self.class_weights.to(outputs.logits.device))(outputs.logits.view(-1, len(LABELS)), labels.view(-1))
        return (loss, outputs) if return_outputs else loss


trainer = WeightedTrainer(
    model=model,
    args=TrainingArguments("tickets", per_device_train_batch_size=8, num_train_epochs=1, learning_rate=2e-4, remove_unused_columns=True),
    train_dataset=rows,
    data_collator=DataCollatorWithPadding(tok),
    class_weights=[1.0, 2.0, 4.0],
)
trainer.train()
