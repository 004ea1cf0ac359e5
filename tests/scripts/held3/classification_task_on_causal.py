# trl 0.26.2 peft 0.18.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments, DataCollatorForLanguageModeling

m = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-360M")
t = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-360M"); t.pad_token = t.eos_token
m = get_peft_model(m, LoraConfig(r=8, task_type="SEQ_CLS", target_modules=["q_proj", "v_proj"]))
d = load_dataset("Abirate/english_quotes", split="train").map(lambda x: t(x["quote"], truncation=True, max_length=64), remove_columns=["quote", "author", "tags"])
Trainer(model=m, args=TrainingArguments(output_dir="x", max_steps=3, per_device_train_batch_size=2), train_dataset=d, data_collator=DataCollatorForLanguageModeling(t, mlm=False)).train()
