# argv: --model tiiuae/falcon-7b --no-quant --targets query_key_value,dense
import argparse
import dataclasses
import logging
from typing import Any

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, DataCollatorForLanguageModeling, Trainer, TrainingArguments

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Options:
    model: str
    targets: tuple
    quant: bool = True
    rank: int = 8

    @classmethod
    def parse(cls, argv=None) -> "Options":
        p = argparse.ArgumentParser()
        p.add_argument("--model", required=True)
        p.add_argument("--targets", type=lambda s: tuple(filter(None, s.split(","))), default=())
        p.add_argument("--quant", action=argparse.BooleanOptionalAction, default=True)
        p.add_argument("--rank", type=int, default=8)
        ns = p.parse_args(argv)
        return cls(**vars(ns))

    def loading(self) -> dict[str, Any]:
        kw: dict[str, Any] = {"torch_dtype": torch.bfloat16, "trust_remote_code": True}
        if self.quant:
            kw["quantization_config"] = BitsAndBytesConfig(load_in_4bit=True)
        return kw


def main(opts: Options) -> int:
    logging.basicConfig(level=logging.INFO)
    model = AutoModelForCausalLM.from_pretrained(opts.model, **opts.loading())
    tok = AutoTokenizer.from_pretrained(opts.model)
    tok.pad_token = tok.eos_token
    model.gradient_checkpointing_enable()
    model = get_peft_model(model, LoraConfig(r=opts.rank, target_modules=list(opts.targets) or None, task_type="CAUSAL_LM"))
    log.info("trainable: %s", [n for n, p in model.named_parameters() if p.requires_grad][:2])
    ds = load_dataset("databricks/databricks-dolly-15k", split="train").map(lambda r: tok(r["instruction"] + r["response"], truncation=True, max_length=128))
    ds = ds.remove_columns([c for c in ds.column_names if c not in ("input_ids", "attention_mask")])
    Trainer(model, TrainingArguments("falcon", per_device_train_batch_size=2, max_steps=10, bf16=True), train_dataset=ds, data_collator=DataCollatorForLanguageModeling(tok, mlm=False)).train()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Options.parse()))
