# trl 0.17.0, transformers 4.57.1, peft 0.17.1
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2-0.5B")

# freeze the base model first
for param in model.parameters():
    param.requires_grad = False

model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj", "gate_proj"]))
trainable = [n for n, p in model.named_parameters() if p.requires_grad]
assert len(trainable) > 0, "nothing trains"
trainer = Trainer(model=model, args=TrainingArguments(output_dir="x", learning_rate=1e-4), train_dataset=tokenized_train)
trainer.train()
