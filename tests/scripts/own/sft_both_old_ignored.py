# trl 0.9.6 peft 0.11.1 transformers 4.42.4
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

lora = LoraConfig(r=8, lora_alpha=16, target_modules=["query_key_value", "dense"], task_type="CAUSAL_LM")
model = get_peft_model(AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-1b"), lora)
trainer = SFTTrainer(model, args=SFTConfig("out", dataset_text_field="text", max_seq_length=256, gradient_checkpointing=True),
                     train_dataset=load_dataset("imdb", split="train"), peft_config=lora)
trainer.train()
