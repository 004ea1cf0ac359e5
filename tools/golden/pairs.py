"""Rows of pairs as TRL's DPOTrainer and ORPOTrainer prepare them: ids and labels of both sides of each row."""

import json
import os
import tempfile

from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils import logging
from trl import DPOConfig, DPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from encoding import versions, write
from tiny import tiny_config

logging.set_verbosity_error()
logging.disable_progress_bar()
HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "..", "public", "model")


def rows_of(name: str) -> list[dict]:
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file][:3]


CHAT = rows_of("pairs.jsonl") + [{
    "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Long? " + "word " * 30}],
    "chosen": [{"role": "assistant", "content": "Yes."}],
    "rejected": [{"role": "assistant", "content": "No, " + "never " * 20}],
}]
PLAIN = rows_of("plain_pairs.jsonl") + [
    {"prompt": "Say", "chosen": " yes<|im_end|>", "rejected": "ing no"},
    {"prompt": "", "chosen": "Only this.", "rejected": "Or that."},
]


def masked(ids: list, mask: list) -> list:
    return [x if m else -100 for x, m in zip(ids, mask, strict=True)]


def prepared(tok, rows: list[dict], objective: str, length: int) -> dict:
    config, trainer_class = (DPOConfig, DPOTrainer) if objective == "dpo" else (ORPOConfig, ORPOTrainer)
    with tempfile.TemporaryDirectory() as folder:
        args = config(folder, bf16=False, use_cpu=True, report_to="none", gradient_checkpointing=False, max_length=length)
        # With an adapter, the reference is the model without it; otherwise the trainer would load a second model.
        lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"])
        model = LlamaForCausalLM(tiny_config(vocab=len(tok)))
        trainer = trainer_class(model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tok, peft_config=lora)
        out = []
        for row in trainer.train_dataset:
            if objective == "dpo":
                batch = trainer.data_collator([row])
                sides = [[x[m == 1].tolist() for x in (batch["input_ids"][i], batch["completion_mask"][i])]
                         for i, m in enumerate(batch["attention_mask"])]
                out.append([{"ids": ids, "labels": masked(ids, mask)} for ids, mask in sides])
            else:
                out.append([{"ids": row[f"{s}_input_ids"], "labels": row[f"{s}_labels"]} for s in ("chosen", "rejected")])
    return {"objective": objective, "length": length, "rows": rows, "prepared": out}


tokenizer = AutoTokenizer.from_pretrained(MODEL)
cases = [prepared(tokenizer, rows, objective, length)
         for rows in (CHAT, PLAIN) for objective in ("dpo", "orpo") for length in (512, 24)]
write("pairs.json", {"about": "pairs as trl prepares them", "versions": versions("trl", "transformers"), "cases": cases})
