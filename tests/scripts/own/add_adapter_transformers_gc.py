# transformers 4.57.1 (native adapters), peft 0.17.1
from peft import LoraConfig
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("facebook/opt-350m")
model.add_adapter(LoraConfig(target_modules=["q_proj", "k_proj"], init_lora_weights=False), adapter_name="adapter_1")
trainer = Trainer(model=model, args=TrainingArguments("o", gradient_checkpointing=True), train_dataset=ds)
trainer.train()
