# run_clm-like: three dataclasses out of one JSON. transformers 4.57.1, trl 0.20.0
import json
import logging
import sys
from dataclasses import dataclass, field
from typing import List, Optional

import torch
import transformers
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, HfArgumentParser, Trainer, TrainingArguments, default_data_collator, set_seed

logger = logging.getLogger(__name__)


@dataclass
class ModelArguments:
    model_name_or_path: str = field(metadata={"help": "hub id"})
    torch_dtype: Optional[str] = field(default=None, metadata={"choices": ["auto", "bfloat16", "float16", "float32"]})
    use_lora: bool = field(default=True)
    lora_r: int = 8
    lora_targets: List[str] = field(default_factory=lambda: ["q_proj", "v_proj"])
    freeze_embeddings: bool = False


@dataclass
class DataArguments:
    dataset_name: str = "wikitext"
    block_size: int = 64
    preprocessing_num_workers: Optional[int] = None

    def __post_init__(self):
        if self.block_size % 8:
            raise ValueError("block_size must be a multiple of 8")


with open("run.json", "w") as out:
    json.dump(
        {
            "model_name_or_path": "deepseek-ai/deepseek-coder-1.3b-base", "torch_dtype": "bfloat16", "lora_r": 32,
            "lora_targets": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            "output_dir": "clm", "do_train": True, "per_device_train_batch_size": 2, "max_steps": 20, "bf16": True, "report_to": "none",
            "gradient_checkpointing": True,
        },
        out,
    )
parser = HfArgumentParser((ModelArguments, DataArguments, TrainingArguments))
model_args, data_args, training_args = parser.parse_json_file(json_file="run.json")
logging.basicConfig(level=logging.INFO, handlers=[logging.StreamHandler(sys.stdout)])
transformers.utils.logging.set_verbosity_info()
set_seed(training_args.seed)

config = AutoConfig.from_pretrained(model_args.model_name_or_path)
config.use_cache = False
tokenizer = AutoTokenizer.from_pretrained(model_args.model_name_or_path)
dtype = model_args.torch_dtype if model_args.torch_dtype in ["auto", None] else getattr(torch, model_args.torch_dtype)
model = AutoModelForCausalLM.from_pretrained(model_args.model_name_or_path, config=config, torch_dtype=dtype)
if model_args.use_lora:
    model = get_peft_model(model, LoraConfig(r=model_args.lora_r, lora_alpha=2 * model_args.lora_r, target_modules=model_args.lora_targets, task_type="CAUSAL_LM"))
    if training_args.gradient_checkpointing:
        model.enable_input_require_grads()

raw = load_dataset(data_args.dataset_name, "wikitext-2-raw-v1")
tokenized = raw["train"].map(lambda ex: tokenizer(ex["text"]), batched=True, remove_columns=["text"])


def group_texts(examples):
    joined = {k: sum(examples[k], []) for k in examples.keys()}
    total = (len(joined["input_ids"]) // data_args.block_size) * data_args.block_size
    result = {k: [t[i : i + data_args.block_size] for i in range(0, total, data_args.block_size)] for k, t in joined.items()}
    result["labels"] = result["input_ids"].copy()
    return result


lm = tokenized.map(group_texts, batched=True)
trainer = Trainer(model=model, args=training_args, train_dataset=lm if training_args.do_train else None, processing_class=tokenizer, data_collator=default_data_collator)
if training_args.do_train:
    result = trainer.train(resume_from_checkpoint=training_args.resume_from_checkpoint)
    trainer.save_model()
    trainer.log_metrics("train", result.metrics)
