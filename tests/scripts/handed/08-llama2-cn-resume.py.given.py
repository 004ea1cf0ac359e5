"""The parts that the script was cut from: its argument classes, with the run that the report tells of (an adapter to continue)."""
from dataclasses import dataclass
from typing import Optional

from transformers import TrainingArguments, default_data_collator


@dataclass
class ModelArguments:
    model_name_or_path: str = "ziqingyang/chinese-llama-2-7b"
    tokenizer_name_or_path: str = "ziqingyang/chinese-llama-2-7b"
    torch_dtype: str = "float16"


@dataclass
class DataTrainingArguments:
    dataset_dir: str = "data"


@dataclass
class MyTrainingArguments(TrainingArguments):
    output_dir: str = "out"
    trainable: str = "q_proj,v_proj"
    lora_rank: int = 8
    lora_alpha: float = 32.0
    lora_dropout: float = 0.1
    peft_path: Optional[str] = "previous-adapter"


def DataCollatorForSupervisedDataset(tokenizer):
    return default_data_collator
