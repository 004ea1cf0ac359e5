"""Writes tests/golden/llama-tiny.json: a two-layer llama with LoRA under torch and PEFT in f32 on CPU.

One forward and backward (logits, loss, every LoRA gradient) for an untied, a tied and an NF4 base, then short
runs under transformers' Trainer, with and without gradient accumulation. Weights and rows are formulas (tiny.py).
"""

import os
import tempfile

import torch
from peft import LoraConfig, get_peft_model
from torch.utils.data import Dataset
from transformers import BitsAndBytesConfig, LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments
from transformers.utils import logging

from encoding import b64, sha256, versions, write
from tiny import fill_base, fill_lora, tiny_config, tiny_model

os.environ.setdefault("TQDM_DISABLE", "1")
torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()
CONFIG_KEYS = ("model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
               "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings", "rms_norm_eps",
               "rope_parameters", "hidden_act", "tie_word_embeddings")
LORA = {"r": 4, "lora_alpha": 8, "lora_dropout": 0.0, "target_modules": "all-linear"}


def example_rows(count: int) -> list[dict]:
    """Row k: length 5 + (5k mod 12); ids 2 + ((37*(17k+j)) mod 94); the first 1 + (k mod 4) labels are -100."""
    rows = []
    for k in range(count):
        length = 5 + (5 * k) % 12
        ids = [2 + (37 * (17 * k + j)) % 94 for j in range(length)]
        masked = 1 + k % 4
        rows.append({"input_ids": ids, "labels": [-100] * masked + ids[masked:]})
    return rows


def collate(rows: list[dict]) -> dict:
    """Right padding to the longest row: pad id 0, label -100, attention 0."""
    longest = max(len(r["input_ids"]) for r in rows)

    def pad(values, filler):
        return values + [filler] * (longest - len(values))

    return {
        "input_ids": torch.tensor([pad(r["input_ids"], 0) for r in rows]),
        "labels": torch.tensor([pad(r["labels"], -100) for r in rows]),
        "attention_mask": torch.tensor([pad([1] * len(r["input_ids"]), 0) for r in rows]),
    }


def base_model(tied: bool, quantised: bool):
    # bitsandbytes 0.50.2 on the CPU decodes a matrix wrongly whose row is no multiple of the block of 64 (it takes blocks
    # by row, where its quantiser and CUDA take them over the flattened tensor); 192 keeps the golden values clear of it.
    model = tiny_model(tied, **({"mlp": 192} if quantised else {}))
    listing = fill_base(model)
    quant = {}
    if quantised:
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            model = LlamaForCausalLM.from_pretrained(
                folder, dtype=torch.float32, device_map={"": "cpu"}, attn_implementation="eager",
                quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                                       bnb_4bit_compute_dtype=torch.float32),
            )
        model.config.use_cache = False
        for name, module in model.named_modules():
            if type(module).__name__ == "Linear4bit":
                state = module.weight.quant_state
                assert state.dtype is torch.float32 and not state.nested and state.blocksize == 64
                quant[name] = {"packedSha256": sha256(module.weight), "absmaxSha256": sha256(state.absmax)}
        assert len(quant) == 14
    return model, listing, quant


def lora_model(tied: bool = False, quantised: bool = False):
    model, base, quant = base_model(tied, quantised)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **LORA))
    lora = fill_lora(model)
    model.train()
    return model, base, lora, quant


def one_step(tied: bool, quantised: bool) -> dict:
    model, base, lora, quant = lora_model(tied, quantised)
    rows = example_rows(2)
    batch = collate(rows)
    num_items = int((batch["labels"][:, 1:] != -100).sum())
    out = model(**batch, num_items_in_batch=torch.tensor(num_items))
    out.loss.backward()
    grads = [(n, p.grad) for n, p in model.named_parameters() if p.requires_grad]
    norm = torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0e9)
    return {
        "tied": tied, "base": "nf4" if quantised else "f32", "numItems": num_items,
        "batch": {k: v.tolist() for k, v in batch.items()},
        "loss": out.loss.item(), "gradNorm": norm.item(),
        "logitsShape": list(out.logits.shape), "logits": b64(out.logits),
        "baseTensors": base, "loraTensors": lora, "quantised": quant,
        "baseFirst": {"name": base[1]["name"], "f32": b64(dict(tiny_named(tied))[base[1]["name"]].reshape(-1)[:8])},
        "gradients": [{"name": n, "shape": list(g.shape), "f32": b64(g)} for n, g in grads],
    }


def tiny_named(tied: bool):
    model = tiny_model(tied)
    fill_base(model)
    return model.named_parameters()


class Rows(Dataset):
    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i] | {"row": i}


class Recorder(TrainerCallback):
    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs:
            self.logs.append({k: logs[k] for k in ("loss", "grad_norm", "learning_rate", "epoch")} | {"step": state.global_step})


def run(quantised: bool, accumulation: int, **more) -> dict:
    """Trainer over 7 rows, batch 2 (so the last batch of an epoch has one row, and with accumulation the last
    window of an epoch is short), seed 42."""
    model, _, _, _ = lora_model(quantised=quantised)
    microbatches, windows = [], []

    def recording_collate(rows):
        microbatches.append([r["row"] for r in rows])
        return collate(rows)

    class Recording(Trainer):
        def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
            windows.append(int(num_items_in_batch))
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    settings = {
        "per_device_train_batch_size": 2, "gradient_accumulation_steps": accumulation, "max_steps": 10,
        "learning_rate": 1e-2, "weight_decay": 0.01, "max_grad_norm": 1.0, "lr_scheduler_type": "linear",
        "warmup_steps": 2, "optim": "adamw_torch", "seed": 42,
    } | more
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(folder, logging_steps=1, report_to="none", use_cpu=True, save_strategy="no",
                                 dataloader_pin_memory=False, disable_tqdm=True, gradient_checkpointing=False,
                                 remove_unused_columns=False, **settings)
        recorder = Recorder()
        trainer = Recording(model, args, train_dataset=Rows(example_rows(7)), data_collator=recording_collate,
                            callbacks=[recorder])
        trainer.train()
    final = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    return {
        "base": "nf4" if quantised else "f32", "settings": settings,
        # accelerate reads one batch ahead, so the list may hold one that was never trained on
        "microbatches": microbatches[: len(windows)], "numItemsPerMicrobatch": windows,
        "steps": recorder.logs,
        "finalNorm": torch.cat([p.detach().reshape(-1) for _, p in final]).double().norm().item(),
        "final": [{"name": n, "f32": b64(p)} for n, p in (final[0], final[1], final[-2], final[-1])],
    }


def main() -> None:
    write(
        "llama-tiny.json",
        {
            "about": "two-layer llama, all-linear LoRA with non-zero B, f32 on CPU, eager attention; README.md gives the formulas",
            "versions": versions("torch", "transformers", "peft", "bitsandbytes", "accelerate"),
            "config": {k: v for k, v in tiny_config().to_dict().items() if k in CONFIG_KEYS},
            "lora": LORA,
            "rows": example_rows(7),
            "oneStep": [one_step(False, False), one_step(True, False), one_step(False, True)],
            "runs": [
                run(False, 1),
                run(True, 1),
                run(False, 2),
                run(False, 1, lr_scheduler_type="cosine", warmup_steps=3),
                run(False, 3, lr_scheduler_type="constant", warmup_steps=0, max_grad_norm=0.05, max_steps=6),
            ],
        },
        depth=3,
    )


main()
