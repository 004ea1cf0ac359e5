# .half() on the whole PEFT model "to save memory", then mixed precision
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

tok = AutoTokenizer.from_pretrained("facebook/opt-1.3b")
model = AutoModelForCausalLM.from_pretrained("facebook/opt-1.3b", torch_dtype=torch.float32)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
model = model.half().cuda()
data = load_dataset("imdb", split="train").map(lambda r: tok(r["text"], truncation=True, max_length=128), remove_columns=["text", "label"])
args = TrainingArguments("opt-half", per_device_train_batch_size=2, max_steps=20, fp16=True, learning_rate=1e-4)
trainer = Trainer(model=model, args=args, train_dataset=data, data_collator=DataCollatorForLanguageModeling(tok, mlm=False))
trainer.train()
