# argv: --model_name_or_path huggyllama/llama-7b --output_dir out --gradient_checkpointing --per_device_train_batch_size 2
# Tested with transformers==4.41.2, peft==0.10.0
from dataclasses import dataclass, field
from typing import List, Optional

import transformers
from peft import LoraConfig, get_peft_model
from transformers import HfArgumentParser, TrainingArguments


@dataclass
class ModelArguments:
    model_name_or_path: str = field(default="gpt2", metadata={"help": "base"})


@dataclass
class DataArguments:
    data_path: Optional[str] = field(default=None)


@dataclass
class LoraArguments:
    lora_r: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.05
    lora_target_modules: List[str] = field(default_factory=lambda: ["q_proj", "v_proj"])
    lora_bias: str = "none"


def train():
    parser = HfArgumentParser((ModelArguments, DataArguments, TrainingArguments, LoraArguments))
    model_args, data_args, training_args, lora_args = parser.parse_args_into_dataclasses()
    model = transformers.AutoModelForCausalLM.from_pretrained(model_args.model_name_or_path)
    lora_config = LoraConfig(
        r=lora_args.lora_r,
        lora_alpha=lora_args.lora_alpha,
        target_modules=lora_args.lora_target_modules,
        lora_dropout=lora_args.lora_dropout,
        bias=lora_args.lora_bias,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(model, lora_config)
    if training_args.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    trainer = transformers.Trainer(model=model, args=training_args, train_dataset=train_dataset)
    model.config.use_cache = False
    trainer.train()


if __name__ == "__main__":
    train()
