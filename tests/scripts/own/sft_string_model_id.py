# trl==0.9.6
from datasets import load_dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

dataset = load_dataset("stanfordnlp/imdb", split="train")
sft_config = SFTConfig(dataset_text_field="text", max_seq_length=512, output_dir="/tmp/sft", packing=False)
peft_config = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM")
trainer = SFTTrainer("facebook/opt-350m", train_dataset=dataset, args=sft_config, peft_config=peft_config)
trainer.train()
