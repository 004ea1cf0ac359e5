# peft 0.10.0
import transformers
from peft import LoraConfig, get_peft_model

base = "EleutherAI/gpt-neox-20b"
model = transformers.AutoModelForCausalLM.from_pretrained(base)
# copied from the alpaca-lora repo
config = LoraConfig(
    r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"],
    lora_dropout=0.05, bias="none", task_type="CAUSAL_LM")
model = get_peft_model(model, config)
trainer = transformers.Trainer(model=model, train_dataset=train_data, args=transformers.TrainingArguments(output_dir="neox"))
trainer.train()
