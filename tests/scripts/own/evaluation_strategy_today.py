# pip install -U transformers==5.24.0 peft==0.21.2 trl==1.16.0
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model, TaskType
from datasets import load_dataset

ckpt = "distilbert-base-uncased"
tok = AutoTokenizer.from_pretrained(ckpt)
ds = load_dataset("imdb").map(lambda x: tok(x["text"], truncation=True), batched=True)
model = AutoModelForSequenceClassification.from_pretrained(ckpt, num_labels=2)
model = get_peft_model(model, LoraConfig(task_type=TaskType.SEQ_CLS, target_modules=["q_lin", "v_lin"]))
args = TrainingArguments("imdb", evaluation_strategy="epoch", save_strategy="epoch", learning_rate=1e-3)
trainer = Trainer(model=model, args=args, train_dataset=ds["train"], eval_dataset=ds["test"], processing_class=tok)
trainer.train()
