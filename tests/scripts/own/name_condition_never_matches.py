# trl==0.19.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-3B")
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]))

# make sure that only LoRA parameters train
for name, param in model.named_parameters():
    param.requires_grad = name.startswith("lora_")

args = TrainingArguments(output_dir="ckpt", per_device_train_batch_size=1, learning_rate=1e-4, logging_steps=1)
trainer = Trainer(model=model, args=args, train_dataset=train_dataset)
trainer.train()
