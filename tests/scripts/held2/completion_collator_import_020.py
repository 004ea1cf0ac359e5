# my script of last year, now on trl 0.20.0
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-360M-Instruct")
tokenizer = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-360M-Instruct")
collator = DataCollatorForCompletionOnlyLM("<|im_start|>assistant\n", tokenizer=tokenizer)
trainer = SFTTrainer(
    model=model, args=SFTConfig(output_dir="o", max_steps=10), data_collator=collator, processing_class=tokenizer,
    train_dataset=load_dataset("HuggingFaceH4/ultrachat_200k", split="train_sft"), peft_config=LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"]),
)
trainer.train()
