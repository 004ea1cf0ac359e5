"""Small training harness.

Requirements
------------
torch==2.5.1
transformers==4.46.3
peft==0.13.2
"""
import logging
from abc import ABC, abstractmethod

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


class Stage(ABC):
    @abstractmethod
    def run(self, state: dict) -> dict: ...


class Load(Stage):
    def __init__(self, model_id, dtype="bfloat16"):
        self.model_id, self.dtype = model_id, getattr(torch, dtype)

    def run(self, state):
        state["tokenizer"] = AutoTokenizer.from_pretrained(self.model_id)
        state["model"] = AutoModelForCausalLM.from_pretrained(self.model_id, torch_dtype=self.dtype)
        return state


class Attach(Stage):
    def __init__(self, **lora):
        self.config = LoraConfig(**lora)

    def run(self, state):
        state["model"] = get_peft_model(state["model"], self.config)
        return state


class Checkpointing(Stage):
    def run(self, state):
        state["model"].gradient_checkpointing_enable()
        state["model"].config.use_cache = False
        return state


class Fit(Stage):
    def run(self, state):
        args = TrainingArguments(output_dir="runs", bf16=True, report_to="none")
        trainer = Trainer(model=state["model"], args=args, train_dataset=train_dataset)
        state["result"] = trainer.train()
        return state


state = {}
for stage in [Load("Qwen/Qwen2.5-0.5B"), Checkpointing(), Attach(r=8, target_modules=["q_proj", "v_proj"]), Fit()]:
    log.info("stage %s", type(stage).__name__)
    state = stage.run(state)
