"""Writes tests/golden/families.json: two-layer models of every family with LoRA under torch and PEFT in f32 on CPU.

One forward and backward a case (loss, last logits, every LoRA gradient) over a float base, and the loss over an NF4 base; ten
greedy tokens with a cache. Weights and rows are formulas (tiny.py). Imports of other golden scripts are theirs to explain.
"""

import json
import os
import sys
import tempfile

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig
from transformers.utils import logging

from encoding import b64, versions, write
from tiny import fill_lora, formula

os.environ.setdefault("TQDM_DISABLE", "1")
torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()

COMMON = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 80, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
    "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0,
}
LORA = {"r": 2, "lora_alpha": 4, "lora_dropout": 0.0, "target_modules": "all-linear"}



CASES = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "families_cases.json")))


def rows() -> dict:
    """Two rows of 17 and 11 tokens; the first labels are masked; right padding."""
    made = []
    for k, length in enumerate((17, 11)):
        ids = [2 + (37 * (17 * k + j)) % 78 for j in range(length)]
        made.append((ids, [-100] * (2 + k) + ids[2 + k:]))
    longest = max(len(ids) for ids, _ in made)
    return {
        "input_ids": torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in made]),
        "labels": torch.tensor([labels + [-100] * (longest - len(labels)) for _, labels in made]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in made]),
    }


def fill(model: torch.nn.Module, zero_centred: bool) -> list[dict]:
    """Every parameter by the formula, in named_parameters() order; norms around 1, or around 0 where a family adds 1."""
    listing = []
    with torch.no_grad():
        for number, (name, p) in enumerate(model.named_parameters()):
            norm = p.dim() == 1 and name.endswith("weight")
            scale, offset = (0.25, 0.0 if zero_centred else 1.0) if norm else (0.125, 0.0)
            p.copy_(formula(p.shape, number, scale, offset))
            listing.append({"name": name, "shape": list(p.shape), "number": number, "scale": scale, "offset": offset})
    return listing


def base_model(case: dict, quantised: bool):
    config = AutoConfig.for_model(case["model_type"], **(COMMON | case["config"]))
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    listing = fill(model, case.get("zero_centred", False))
    saved = config.to_dict()
    if quantised:
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, device_map={"": "cpu"}, attn_implementation="eager",
                quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                                       bnb_4bit_compute_dtype=torch.float32),
            )
    model.config.use_cache = False
    return model, listing, saved


def step(case: dict, quantised: bool) -> dict:
    model, listing, config = base_model(case, quantised)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **LORA))
    lora = fill_lora(model)
    model.train()
    batch = rows()
    items = int((batch["labels"][:, 1:] != -100).sum())
    out = model(**batch, num_items_in_batch=torch.tensor(items))
    out.loss.backward()
    grads = [(n, p.grad) for n, p in model.named_parameters() if p.requires_grad]
    model.eval()
    model.config.use_cache = True
    prompt = batch["input_ids"][:1, :9]
    said = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=10, do_sample=False,
                          eos_token_id=-1, pad_token_id=0)
    return {
        "config": config, "base": listing, "lora": lora, "loss": out.loss.item(), "numItems": items,
        "greedy": said[0, 9:].tolist(),
        "logits": b64(out.logits[0, 16].detach()),
        "gradients": [{"name": n, "f32": b64(g)} for n, g in grads],
    }


def main() -> None:
    made = []
    for case in CASES:
        if len(sys.argv) > 1 and case["name"] not in sys.argv[1:]:
            continue
        plain = step(case, False)
        nf4 = step(case, True)
        entry = {"name": case["name"], **plain, "nf4": {k: nf4[k] for k in ("loss", "greedy")}}
        if case.get("variant"):
            entry["gradients"] = entry["gradients"][:4]
        made.append(entry)
        print(case["name"], entry["loss"], entry["nf4"]["loss"], entry["greedy"], file=sys.stderr)
    batch = {k: v.tolist() for k, v in rows().items()}
    write("families.json", {
        "about": "two-layer models of every family, all-linear LoRA with non-zero B, f32 on CPU, eager attention",
        "versions": versions("torch", "transformers", "peft", "bitsandbytes"),
        "batch": batch, "cases": made,
    }, depth=3)


main()
