#!pip install transformers==4.42.4 peft==0.11.1
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model
from transformers import (
    AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling,
    Trainer, TrainingArguments,
)

checkpoint = "gpt2"
tokenizer = AutoTokenizer.from_pretrained(checkpoint)
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(checkpoint)
peft_config = LoraConfig(task_type=TaskType.CAUSAL_LM, r=8, lora_alpha=32, lora_dropout=0.1, fan_in_fan_out=True)
model = get_peft_model(model, peft_config)
model.print_trainable_parameters()
poems = load_dataset("merve/poetry", split="train")
poems = poems.map(lambda e: tokenizer(e["content_text"], truncation=True, max_length=64), batched=True)
poems = poems.remove_columns([c for c in poems.column_names if c not in ("input_ids", "attention_mask")])
collator = DataCollatorForLanguageModeling(tokenizer=tokenizer, mlm=False)
training_args = TrainingArguments(output_dir="gpt2-poems", learning_rate=2e-4, num_train_epochs=3, weight_decay=0.01, logging_steps=20, eval_strategy="no")
trainer = Trainer(model=model, args=training_args, train_dataset=poems, data_collator=collator)
trainer.train()
prompt = tokenizer("The moon", return_tensors="pt")
print(tokenizer.decode(model.generate(**prompt, max_new_tokens=30)[0]))
