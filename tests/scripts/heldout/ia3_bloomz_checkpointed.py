# (IA)^3 on BLOOMZ with checkpointing, frozen inputs
from datasets import load_dataset
from peft import IA3Config, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments

ckpt = "bigscience/bloomz-560m"
tokenizer = AutoTokenizer.from_pretrained(ckpt)
model = AutoModelForCausalLM.from_pretrained(ckpt, torch_dtype="auto").float()
model = get_peft_model(model, IA3Config(task_type=TaskType.CAUSAL_LM, target_modules=["query_key_value", "mlp.dense_4h_to_h"], feedforward_modules=["mlp.dense_4h_to_h"]))
ds = load_dataset("Abirate/english_quotes", split="train").map(lambda x: tokenizer(x["quote"], truncation=True, max_length=96))
trainer = Trainer(
    model,
    TrainingArguments("ia3", per_device_train_batch_size=4, gradient_checkpointing=True, num_train_epochs=1, learning_rate=8e-3),
    train_dataset=ds,
    data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
)
trainer.train()
