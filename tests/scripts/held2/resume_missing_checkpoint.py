# transformers 4.41.2; the run on the cluster stopped after 500 steps
import os

from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

MODEL, OUT = "bigscience/bloomz-560m", "bloomz-lora"
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(MODEL), LoraConfig(r=8, lora_alpha=32, target_modules=["query_key_value"], lora_dropout=0.1, task_type="CAUSAL_LM"))
data = load_dataset("databricks/databricks-dolly-15k", split="train")
data = data.map(lambda r: tokenizer(r["instruction"] + "\n" + r["response"], truncation=True, max_length=128), remove_columns=data.column_names)
trainer = Trainer(
    model=model,
    args=TrainingArguments(OUT, per_device_train_batch_size=4, max_steps=1000, save_steps=500, save_total_limit=2, learning_rate=3e-4, report_to="none"),
    train_dataset=data,
    data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
)
trainer.train(resume_from_checkpoint=True)
model.save_pretrained(os.path.join(OUT, "final"))
