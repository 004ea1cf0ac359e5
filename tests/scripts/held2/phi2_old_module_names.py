# phi-2 tutorial of December 2023, on transformers 4.46.3
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="float16", bnb_4bit_use_double_quant=False)
model = AutoModelForCausalLM.from_pretrained("microsoft/phi-2", quantization_config=bnb, device_map={"": 0}, trust_remote_code=True)
model.config.pretraining_tp = 1
tokenizer = AutoTokenizer.from_pretrained("microsoft/phi-2", trust_remote_code=True)
tokenizer.pad_token = tokenizer.eos_token
tokenizer.padding_side = "right"
model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=True)
config = LoraConfig(r=64, lora_alpha=16, target_modules=["Wqkv", "out_proj"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM")
model = get_peft_model(model, config)
model.print_trainable_parameters()
sample = tokenizer(load_dataset("tatsu-lab/alpaca", split="train")[0]["text"], return_tensors="pt")
model(**sample, labels=sample["input_ids"]).loss.backward()
