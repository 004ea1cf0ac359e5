# GPTQ checkpoint + LoRA. transformers 4.44.2 peft 0.12.0 trl 0.11.4 optimum auto-gptq
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, GPTQConfig, TrainingArguments
from trl import SFTTrainer

quantization_config_loading = GPTQConfig(bits=4, use_exllama=False, tokenizer="TheBloke/Mistral-7B-Instruct-v0.2-GPTQ")
model = AutoModelForCausalLM.from_pretrained("TheBloke/Mistral-7B-Instruct-v0.2-GPTQ", quantization_config=quantization_config_loading, device_map="auto")
model.config.use_cache = False
model.config.pretraining_tp = 1
model.gradient_checkpointing_enable()
model = prepare_model_for_kbit_training(model)
tokenizer = AutoTokenizer.from_pretrained("TheBloke/Mistral-7B-Instruct-v0.2-GPTQ")
tokenizer.pad_token = tokenizer.eos_token
peft_config = LoraConfig(r=16, lora_alpha=16, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])
model = get_peft_model(model, peft_config)
data = load_dataset("Abirate/english_quotes", split="train")
SFTTrainer(model=model, train_dataset=data, peft_config=peft_config, dataset_text_field="quote", tokenizer=tokenizer, packing=False, max_seq_length=128,
           args=TrainingArguments(output_dir="mistral-gptq", per_device_train_batch_size=8, optim="paged_adamw_32bit", learning_rate=2e-4, max_steps=10, fp16=True, report_to="none")).train()
