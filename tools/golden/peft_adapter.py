"""Writes tests/golden/peft_adapter.json: adapters of the embedded model as PEFT's save_pretrained writes them, and PEFT's logits of the
token that follows a question, for each and for two of them stacked (add_weighted_adapter, cat). Adapter weights are the formula of tiny.py; the files stand there in base64 of gzip.
"""

import base64
import gzip
import os
import tempfile

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils import logging

from encoding import versions, write
from tiny import fill_lora

logging.set_verbosity_error()
logging.disable_progress_bar()
BASE = os.path.join(os.path.dirname(__file__), "..", "..", "public", "model")
PROMPT = "Where is the mill?"
ROWS = {
    "plain": {"r": 2, "lora_alpha": 4, "target_modules": ["q_proj", "down_proj"], "layers_to_transform": [0, 3]},
    "second": {"r": 3, "lora_alpha": 5, "use_rslora": True, "target_modules": ["q_proj", "up_proj"], "layers_to_transform": [0, 3]},
    "rslora, patterns": {"r": 2, "lora_alpha": 3, "use_rslora": True, "target_modules": r".*\.[15]\..*\.(v_proj|o_proj)",
                         "rank_pattern": {"o_proj": 1}, "alpha_pattern": {"layers.5.self_attn.v_proj": 1}},
    "copy of the head, adapter on the embedding": {"r": 2, "lora_alpha": 4, "target_modules": ["q_proj", "embed_tokens"], "modules_to_save": ["lm_head"], "layers_to_transform": [0]},
    "dora": {"r": 2, "lora_alpha": 4, "use_dora": True, "target_modules": ["q_proj", "v_proj", "up_proj"], "layers_to_transform": [0, 3]},
}


# Stacked in this order.
STACKED = ["plain", "second"]


def last_logits(model) -> list:
    tokenizer = AutoTokenizer.from_pretrained(BASE)
    ids = tokenizer.apply_chat_template([{"role": "user", "content": PROMPT}], add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
    with torch.no_grad():
        return [round(x, 6) for x in model(ids).logits[0, -1][::8].tolist()]


def row(arguments: dict) -> dict:
    model = LlamaForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **arguments)).eval()
    fill_lora(model)
    # Magnitudes away from the norms they begin with.
    for name, parameter in model.named_parameters():
        if "lora_magnitude_vector" in name:
            parameter.data *= 1 + 0.1 * torch.sin(torch.arange(len(parameter)))
        # A copy that differs from the original, in few values and 16 bits, so that the file stays small.
        if "modules_to_save" in name:
            parameter.data = (parameter.data * 8).round() / 8
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder, save_embedding_layers=False)
        path = os.path.join(folder, "adapter_model.safetensors")
        saved = {name: tensor.bfloat16() if name.endswith("lm_head.weight") else tensor for name, tensor in load_file(path).items()}
        save_file(saved, path, {"format": "pt"})
        files = {}
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            with open(os.path.join(folder, name), "rb") as file:
                files[name] = base64.b64encode(gzip.compress(file.read(), mtime=0)).decode()
    return {"files": files, "prompt": PROMPT, "logits": last_logits(model)}


def stacked(rows: dict) -> dict:
    """Two of the saved adapters as PEFT's add_weighted_adapter joins them."""
    model = LlamaForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    for name in STACKED:
        with tempfile.TemporaryDirectory() as folder:
            for file, text in rows[name]["files"].items():
                with open(os.path.join(folder, file), "wb") as out:
                    out.write(gzip.decompress(base64.b64decode(text)))
            if name == STACKED[0]:
                model = PeftModel.from_pretrained(model, folder, adapter_name=name)
            else:
                model.load_adapter(folder, name)
    model.add_weighted_adapter(STACKED, [1.0] * len(STACKED), "stack", combination_type="cat")
    model.set_adapter("stack")
    return {"of": STACKED, "logits": last_logits(model.eval())}


rows = {name: row(arguments) for name, arguments in ROWS.items()}
write("peft_adapter.json", {"versions": versions("torch", "transformers", "peft"), "stack": stacked(rows), "rows": rows}, 1)
