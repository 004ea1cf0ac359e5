# settings kept in one dictionary; trl 0.12.2, peft 0.13.2, transformers 4.46.3
from copy import deepcopy

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

DEFAULTS = {
    "model": {"id": "mistralai/Mistral-7B-v0.1", "quant": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True}},
    "lora": {"r": 16, "lora_alpha": 32, "lora_dropout": 0.05, "bias": "none", "task_type": "CAUSAL_LM"},
    "train": {"output_dir": "out", "per_device_train_batch_size": 2, "gradient_accumulation_steps": 8, "learning_rate": 2e-4, "gradient_checkpointing": True, "max_seq_length": 512},
}
EXPERIMENTS = {
    "small": {"lora": {"r": 4}},
    "wide": {"lora": {"target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]}, "train": {"gradient_checkpointing_kwargs": {"use_reentrant": False}}},
}


def merged(base, changes):
    out = deepcopy(base)
    for section, values in changes.items():
        out[section] = {**out[section], **values}
    return out


cfg = merged(DEFAULTS, EXPERIMENTS["wide"])
bnb = BitsAndBytesConfig(**cfg["model"]["quant"], bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained(cfg["model"]["id"], quantization_config=bnb, device_map={"": 0})
tokenizer = AutoTokenizer.from_pretrained(cfg["model"]["id"])
tokenizer.pad_token = tokenizer.unk_token
model = prepare_model_for_kbit_training(model, gradient_checkpointing_kwargs=cfg["train"].get("gradient_checkpointing_kwargs"))
model = get_peft_model(model, LoraConfig(**cfg["lora"]))
model.print_trainable_parameters()
data = load_dataset("timdettmers/openassistant-guanaco", split="train")
trainer = SFTTrainer(model, args=SFTConfig(**cfg["train"], dataset_text_field="text", bf16=True), train_dataset=data, tokenizer=tokenizer)
trainer.train()
trainer.save_model()
