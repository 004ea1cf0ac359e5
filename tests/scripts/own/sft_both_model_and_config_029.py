# Python 3.11
# trl==0.29.1
# transformers==4.57.1
# peft==0.18.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

lora = LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B-Instruct")
model = get_peft_model(model, lora)
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="both"),
    train_dataset=load_dataset("trl-lib/Capybara", split="train"),
    peft_config=lora,
)
trainer.train()
