"""Writes tests/golden/sft-embedded.json: trl's SFTTrainer on the embedded model and one preset, 20 steps in f32.

Reads public/model and rows.jsonl of this folder; run again when the model changes
(their hashes are in the file). The rows travel in the file.
The settings are the product's defaults.
"""

import hashlib
import json
import os
import tempfile

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoTokenizer, BitsAndBytesConfig, LlamaForCausalLM, TrainerCallback, set_seed
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer

from encoding import b64, sha256, versions, write

torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()
PUBLIC = os.path.join(os.path.dirname(__file__), "..", "..", "public")
MODEL = os.path.join(PUBLIC, "model")
ROWS = os.path.join(os.path.dirname(__file__), "rows.jsonl")
LORA = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": "all-linear"}
TRAIN = {
    "learning_rate": 2e-3, "max_steps": 20, "per_device_train_batch_size": 4, "lr_scheduler_type": "linear",
    "warmup_steps": 2, "weight_decay": 0.0, "max_grad_norm": 1.0, "max_length": 128, "seed": 42,
}
NF4 = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": False}
BASES = {"none": None, "nf4": NF4, "nf4-double": NF4 | {"bnb_4bit_use_double_quant": True}, "fp4": NF4 | {"bnb_4bit_quant_type": "fp4"}}


def file_hash(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def load(quantisation: dict | None):
    more = {}
    if quantisation:
        more = {"quantization_config": BitsAndBytesConfig(bnb_4bit_compute_dtype=torch.float32, **quantisation), "device_map": {"": "cpu"}}
    return LlamaForCausalLM.from_pretrained(MODEL, dtype=torch.float32, **more)


class Recorder(TrainerCallback):
    def __init__(self):
        self.steps = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        keys = ("loss", "grad_norm", "learning_rate", "mean_token_accuracy", "num_tokens", "epoch")
        if logs and "loss" in logs:
            self.steps.append({"step": state.global_step} | {k: float(logs[k]) for k in keys})


def generate(model, tokenizer, prompt: list[dict]) -> list[int]:
    """Greedy continuation of one prompt, 24 tokens at most, evaluation mode."""
    model.eval()
    ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
    with torch.no_grad():
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False,
                             eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    return out[0, ids.shape[1]:].tolist()


def run(base: str, rows: list[dict], **more) -> dict:
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = load(BASES[base])
    set_seed(TRAIN["seed"])
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **LORA))
    adapters = [(n, p) for n, p in model.named_parameters() if "lora_" in n]
    assert all(p.dtype is torch.float32 for _, p in adapters)
    initial = [{"name": n, "sha256": sha256(p)} for n, p in adapters if "lora_A" in n]
    prompt = [{"role": "user", "content": "Where is the lighthouse?"}]
    # On CPUs with AVX512-BF16, bitsandbytes 0.50 repacks 4-bit weights in the first forward in eval mode and never packs
    # them back: gradients of a later training run are wrong by a factor. So another copy answers.
    before = generate(load(BASES[base]), tokenizer, prompt)
    settings = TRAIN | more
    masks = {"assistant_only_loss": True} if "messages" in rows[0] else {"completion_only_loss": True}
    recorder, order, position = Recorder(), [], {}
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(folder, bf16=False, use_cpu=True, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True,
                         gradient_checkpointing=False, optim="adamw_torch", dataloader_pin_memory=False, **masks, **settings)
        # TRL casts a 4-bit model's adapters to bf16; an f32 engine is compared with f32 adapters, so the mark that it
        # looks at is hidden while the trainer is built.
        inner = model.get_base_model()
        quantised = getattr(inner, "is_loaded_in_4bit", False)
        if quantised:
            inner.is_loaded_in_4bit = False
        trainer = SFTTrainer(model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer, callbacks=[recorder])
        if quantised:
            inner.is_loaded_in_4bit = True
        assert all(p.dtype is torch.float32 for _, p in adapters)
        prepared = [{"ids": r["input_ids"], "labels": r["labels"]} for r in trainer.train_dataset]
        for i, row in enumerate(prepared):
            position[tuple(row["ids"])] = i
        assert len(position) == len(prepared), "rows must differ"
        collate = trainer.data_collator

        def recording(batch):
            order.append([position[tuple(r["input_ids"])] for r in batch])
            return collate(batch)

        trainer.data_collator = recording
        trainer.train()
    used = settings["max_steps"] * settings.get("gradient_accumulation_steps", 1)
    return {
        "base": base, "settings": settings, "masks": masks, "initialLoraA": initial,
        "prepared": prepared, "order": order[:used], "steps": recorder.steps,
        "adapterNorm": torch.cat([p.detach().reshape(-1) for _, p in adapters]).double().norm().item(),
        "finalFirst": [{"name": n, "f32": b64(p.reshape(-1)[:8])} for n, p in adapters[:4]],
        "greedy": {"prompt": prompt, "before": before, "after": generate(model, tokenizer, prompt)},
    }


def main() -> None:
    with open(ROWS, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    runs = [run(base, rows) for base in BASES] + [run("nf4", rows, gradient_accumulation_steps=2, max_steps=10)]
    for later in runs[1:]:
        if later["prepared"] == runs[0]["prepared"]:
            later["prepared"] = "as the first run"
    hashes = {name: file_hash(path) for name, path in (
        ("model.safetensors", os.path.join(MODEL, "model.safetensors")),
        ("tokenizer.json", os.path.join(MODEL, "tokenizer.json")), ("rows", ROWS))}
    write(
        "sft-embedded.json",
        {"about": "SFTTrainer on the embedded model, f32 on CPU", "versions": versions("torch", "transformers", "peft", "trl", "bitsandbytes"),
         "inputs": hashes | {"file": os.path.basename(ROWS)}, "lora": LORA, "rows": rows, "runs": runs},
        depth=3,
    )


main()
