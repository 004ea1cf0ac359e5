# processing_class before it existed (trl 0.11)
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

name = "ibm-granite/granite-3.0-2b-instruct"
trainer = SFTTrainer(
    AutoModelForCausalLM.from_pretrained(name),
    args=SFTConfig("granite", dataset_text_field="text", max_steps=5),
    train_dataset=load_dataset("imdb", split="train"),
    processing_class=AutoTokenizer.from_pretrained(name),
    peft_config=LoraConfig(),
)
trainer.train()
