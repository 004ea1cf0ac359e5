# trl==0.22.2
from datasets import load_dataset
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("Qwen/Qwen3-0.6B-Base"), "me/qwen3-cpt")
trainer = SFTTrainer(
    model,
    args=SFTConfig(output_dir="chat"),
    train_dataset=load_dataset("trl-lib/Capybara", split="train"),
    peft_config=LoraConfig(r=32, target_modules="all-linear", task_type="CAUSAL_LM"),
)
trainer.train()
