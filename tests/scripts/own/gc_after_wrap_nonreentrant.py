# pip install transformers==4.36.2 peft==0.7.1 accelerate==0.25.0
from transformers import *
from peft import *
from datasets import load_dataset

tok = AutoTokenizer.from_pretrained("facebook/opt-125m")
model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m")
model = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type=TaskType.CAUSAL_LM))
data = load_dataset("imdb", split="train[:1%]").map(lambda b: tok(b["text"], truncation=True, max_length=128), batched=True, remove_columns=["text", "label"])
args = TrainingArguments("opt-out", gradient_checkpointing=True, gradient_checkpointing_kwargs=dict(use_reentrant=False), num_train_epochs=1)
Trainer(model, args, train_dataset=data, data_collator=DataCollatorForLanguageModeling(tok, mlm=False)).train()
