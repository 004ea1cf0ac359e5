# QLoRA of a mixture, today. trl 1.9.0, transformers 5.15.0, peft 0.20.0, bitsandbytes 0.50.1
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import BitsAndBytesConfig
from trl import ModelConfig, SFTConfig, SFTTrainer, get_kbit_device_map, get_peft_config, get_quantization_config

model_args = ModelConfig(model_name_or_path="Qwen/Qwen2.5-3B", load_in_4bit=True, bnb_4bit_quant_type="nf4", use_peft=True, lora_r=16, lora_alpha=32, lora_target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])
training_args = SFTConfig(output_dir="out", max_length=256, packing=True, max_steps=10, learning_rate=2e-4, assistant_only_loss=False, report_to="none")
quantization_config = get_quantization_config(model_args)
training_args.model_init_kwargs = dict(
    revision=model_args.model_revision,
    attn_implementation=model_args.attn_implementation,
    dtype=model_args.dtype,
    device_map=get_kbit_device_map() if quantization_config is not None else None,
    quantization_config=quantization_config,
)
dataset = load_dataset("trl-lib/Capybara")
trainer = SFTTrainer(
    model=model_args.model_name_or_path,
    args=training_args,
    train_dataset=dataset["train"],
    eval_dataset=dataset["test"] if training_args.eval_strategy != "no" else None,
    peft_config=get_peft_config(model_args),
)
trainer.train()
