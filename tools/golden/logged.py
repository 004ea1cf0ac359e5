"""Writes tests/golden/logged.json: what SFTTrainer logs of the same ten steps with other logging_steps.

The embedded model with LoRA on rows.jsonl, in f32 on the CPU. Of each run the log's entries as they are; train_runtime
and its like are left out, for they are the machine's.
"""

import json
import os
import tempfile

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoTokenizer, LlamaForCausalLM, set_seed
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer

from encoding import versions, write

torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()
HERE = os.path.dirname(__file__)
MODEL = os.path.join(HERE, "..", "..", "public", "model")
KEYS = ("step", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy", "num_tokens", "eval_loss")
STEPS = 10


def log_of(rows: list[dict], logging_steps: float) -> list[dict]:
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    set_seed(42)
    model = get_peft_model(LlamaForCausalLM.from_pretrained(MODEL, dtype=torch.float32), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(folder, bf16=False, use_cpu=True, report_to="none", save_strategy="no", disable_tqdm=True, gradient_checkpointing=False,
                         optim="adamw_torch", dataloader_pin_memory=False, assistant_only_loss=True, max_length=128, seed=42, learning_rate=2e-3,
                         warmup_steps=0, max_steps=STEPS, per_device_train_batch_size=2, logging_steps=logging_steps, eval_strategy="steps", eval_steps=4)
        trainer = SFTTrainer(model, args=args, train_dataset=Dataset.from_list(rows[4:]), eval_dataset=Dataset.from_list(rows[:4]), processing_class=tokenizer)
        trainer.train()
        history = trainer.state.log_history
    return [{key: entry[key] for key in KEYS if key in entry} for entry in history if "train_runtime" not in entry]


with open(os.path.join(HERE, "rows.jsonl"), encoding="utf-8") as file:
    ROWS = [json.loads(line) for line in file if line.strip()]
RUNS = [{"loggingSteps": steps, "log": log_of(ROWS, steps)} for steps in (1, 3, 4, 500)]
write("logged.json", {"about": "log_history of SFTTrainer by logging_steps", "versions": versions("torch", "transformers", "peft", "trl"), "runs": RUNS}, depth=3)
