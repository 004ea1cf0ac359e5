# trl==0.9.6
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DataCollatorForCompletionOnlyLM, SFTConfig, SFTTrainer

tokenizer = AutoTokenizer.from_pretrained("meta-llama/Llama-2-7b-hf")
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")


def formatting(example):
    return [f"### Instruction: {i}\n\n### Output: {o}" for i, o in zip(example["instruction"], example["output"])]


# the template in the data says Output, not Response
collator = DataCollatorForCompletionOnlyLM("### Response:", tokenizer=tokenizer)
trainer = SFTTrainer(model, args=SFTConfig(output_dir="o", max_seq_length=512), train_dataset=load_dataset("tatsu-lab/alpaca", split="train"),
                     tokenizer=tokenizer, formatting_func=formatting, data_collator=collator,
                     peft_config=LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
trainer.train()
