# versions from pip freeze
# peft==0.17.1
# transformers==4.57.1
# trl==0.20.0
# bitsandbytes==0.48.2
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

model_id = "meta-llama/Llama-3.2-1B-Instruct"
bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=bnb, device_map="auto")
tokenizer = AutoTokenizer.from_pretrained(model_id)
tokenizer.pad_token = tokenizer.eos_token

model = prepare_model_for_kbit_training(model)
model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"))
model.print_trainable_parameters()

trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="llama-sft", per_device_train_batch_size=2, learning_rate=2e-4, bf16=True, max_length=512, report_to="none"),
    train_dataset=load_dataset("HuggingFaceH4/no_robots", split="train"),
    processing_class=tokenizer,
)
trainer.train()
