# trl 0.23.1 with peft 0.17.1 and transformers 4.57.1
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

def get_model(model_id):
    bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
    model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=bnb, device_map="auto")
    model = prepare_model_for_kbit_training(model)
    return get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))

model = get_model("Qwen/Qwen3-0.6B")
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="qwen-sft", per_device_train_batch_size=2, bf16=True, max_length=512),
    train_dataset=load_dataset("trl-lib/Capybara", split="train"),
)
trainer.train()
