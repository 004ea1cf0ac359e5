# trl==0.14.0
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

base = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
model = PeftModel.from_pretrained(base, "me/smol-v1", is_trainable=True)
model = model.merge_and_unload()
print(type(model), sum(p.requires_grad for p in model.parameters()))
Trainer(model=model, args=TrainingArguments("v2", report_to=[]), train_dataset=ds).train()
