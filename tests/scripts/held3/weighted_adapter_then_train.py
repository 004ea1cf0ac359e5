# Mixes two old adapters into one and goes on training the mix. peft 0.13.2 (transformers 4.46.3, trl 0.12.2)
import torch
from datasets import load_dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

base_id = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
base = AutoModelForCausalLM.from_pretrained(base_id, torch_dtype=torch.bfloat16)
model = PeftModel.from_pretrained(base, "me/tinyllama-sql", adapter_name="sql")
model.load_adapter("me/tinyllama-chat", adapter_name="chat")
model.add_weighted_adapter(adapters=["sql", "chat"], weights=[0.6, 0.4], adapter_name="mix", combination_type="linear")
model.set_adapter("mix")
model.delete_adapter("sql")
model.delete_adapter("chat")
print(model.active_adapters)
model.train()

trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="mix", dataset_text_field="text", max_seq_length=128, max_steps=30, per_device_train_batch_size=2, report_to=[]),
    train_dataset=load_dataset("stanfordnlp/imdb", split="train[:2%]"),
    processing_class=AutoTokenizer.from_pretrained(base_id),
)
trainer.train()
