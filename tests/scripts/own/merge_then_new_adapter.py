# trl==0.14.0, peft==0.14.0
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

base = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
merged = PeftModel.from_pretrained(base, "me/smol-v1").merge_and_unload()
model = get_peft_model(merged, LoraConfig(r=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], task_type="CAUSAL_LM"))
trainer = Trainer(model=model, args=TrainingArguments("v2", report_to=[]), train_dataset=ds)
trainer.train()
model = trainer.model.merge_and_unload()
model.save_pretrained("v2-merged")
again = AutoModelForCausalLM.from_pretrained("v2-merged")
print(sum(p.numel() for p in again.parameters()))
