# trl 0.15.2 -- somebody's blog says to put it there
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

config = LoraConfig(
    r=8,
    target_modules=["q_proj", "v_proj"],
    gradient_checkpointing=True,
)
model = get_peft_model(AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B"), config)
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
