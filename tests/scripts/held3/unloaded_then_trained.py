# Removes stage one's adapter and trains what is left? peft 0.10.0 / transformers 4.41.2 / trl 0.8.6
import torch
from datasets import load_dataset
from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer, TrainingArguments
from trl import SFTTrainer

peft_dir = "my-org/pythia-410m-lora-v1"
model = AutoPeftModelForCausalLM.from_pretrained(peft_dir, torch_dtype=torch.float32, low_cpu_mem_usage=True)
model = model.unload()
tokenizer = AutoTokenizer.from_pretrained("EleutherAI/pythia-410m")
tokenizer.pad_token = tokenizer.eos_token
n = sum(p.numel() for p in model.parameters() if p.requires_grad)
print(f"{n:,} parameters will be trained")
train = load_dataset("timdettmers/openassistant-guanaco", split="train")
trainer = SFTTrainer(
    model=model,
    tokenizer=tokenizer,
    train_dataset=train,
    dataset_text_field="text",
    max_seq_length=256,
    packing=False,
    args=TrainingArguments(output_dir="v2", per_device_train_batch_size=2, num_train_epochs=1, learning_rate=5e-5, logging_steps=10),
)
trainer.train()
