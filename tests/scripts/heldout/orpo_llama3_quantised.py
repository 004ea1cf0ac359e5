# ORPO in 4 bit, trl 0.9.6
import torch
from datasets import load_dataset
from peft import LoraConfig, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import ORPOConfig, ORPOTrainer, setup_chat_format

base_model = "meta-llama/Meta-Llama-3-8B"
bnb_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16, bnb_4bit_use_double_quant=True)
peft_config = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM", target_modules=["up_proj", "down_proj", "gate_proj", "k_proj", "q_proj", "v_proj", "o_proj"])
tokenizer = AutoTokenizer.from_pretrained(base_model)
tokenizer.chat_template = None
model = AutoModelForCausalLM.from_pretrained(base_model, quantization_config=bnb_config, device_map="auto")
model, tokenizer = setup_chat_format(model, tokenizer)
model = prepare_model_for_kbit_training(model)
dataset = load_dataset("mlabonne/orpo-dpo-mix-40k", split="all").shuffle(seed=42).select(range(20))
args = ORPOConfig(learning_rate=8e-6, beta=0.1, lr_scheduler_type="linear", max_length=256, max_prompt_length=128, per_device_train_batch_size=2, gradient_accumulation_steps=4, optim="paged_adamw_8bit", num_train_epochs=1, warmup_steps=10, report_to="wandb", output_dir="./results/")
trainer = ORPOTrainer(model=model, args=args, train_dataset=dataset, peft_config=peft_config, tokenizer=tokenizer)
trainer.train()
