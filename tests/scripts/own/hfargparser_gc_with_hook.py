# argv: --output_dir out --gradient_checkpointing True --bf16 True --use_lora True
# transformers 4.41.2, peft 0.10.0, in the style of FastChat
import pathlib
from dataclasses import dataclass, field
import torch
import transformers
from peft import LoraConfig, get_peft_model


@dataclass
class ModelArguments:
    model_name_or_path: str = field(default="lmsys/vicuna-7b-v1.5")


@dataclass
class TrainingArguments(transformers.TrainingArguments):
    optim: str = field(default="adamw_torch")
    model_max_length: int = field(default=512)
    use_lora: bool = False


@dataclass
class LoraArguments:
    lora_r: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.05
    q_lora: bool = False


def train():
    parser = transformers.HfArgumentParser((ModelArguments, TrainingArguments, LoraArguments))
    model_args, training_args, lora_args = parser.parse_args_into_dataclasses()
    compute_dtype = torch.float16 if training_args.fp16 else (torch.bfloat16 if training_args.bf16 else torch.float32)
    model = transformers.AutoModelForCausalLM.from_pretrained(model_args.model_name_or_path, torch_dtype=compute_dtype)
    if training_args.use_lora:
        model = get_peft_model(model, LoraConfig(r=lora_args.lora_r, lora_alpha=lora_args.lora_alpha, target_modules=["q_proj", "v_proj"], lora_dropout=lora_args.lora_dropout, task_type="CAUSAL_LM"))
    if training_args.gradient_checkpointing:
        model.enable_input_require_grads()
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_args.model_name_or_path, model_max_length=training_args.model_max_length, padding_side="right", use_fast=False)
    tokenizer.pad_token = tokenizer.unk_token
    trainer = transformers.Trainer(model=model, tokenizer=tokenizer, args=training_args, train_dataset=train_data)
    if list(pathlib.Path(training_args.output_dir).glob("checkpoint-*")):
        trainer.train(resume_from_checkpoint=True)
    else:
        trainer.train()
    trainer.save_state()


train()
