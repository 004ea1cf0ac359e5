"""Writes tests/golden/checkpoints.json: what quantised checkpoints hold of a one-layer model, and the float32 values that it stands for.

Argument: a folder with the random model (writeParity.ts). bitsandbytes: save_pretrained of a model that transformers quantised on the
CPU, and bitsandbytes' own dequantisation. GPTQ and AWQ: packed here by their layout, and dequantised by their formula in PyTorch.
"""

import json
import os
import sys
import tempfile

import bitsandbytes.functional as F
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, BitsAndBytesConfig
from transformers.utils import logging

from encoding import b64, sha256, versions, write

logging.set_verbosity_error()
logging.disable_progress_bar()
torch.set_num_threads(1)
TYPES = {torch.uint8: "U8", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int32: "I32"}
AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
GROUP = 64


def entry(name: str, tensor: torch.Tensor) -> dict:
    data = tensor.contiguous()
    return {"name": name, "dtype": TYPES[data.dtype], "shape": list(data.shape), "bytes": b64(data.view(torch.uint8) if data.dim() else data)}


def one_layer(folder: str, out: str) -> dict[str, torch.Tensor]:
    """The model with its first layer alone, saved; its projections."""
    config = AutoConfig.from_pretrained(folder)
    config.num_hidden_layers = 1
    model = AutoModelForCausalLM.from_pretrained(folder, config=config, dtype=torch.float32)
    model.save_pretrained(out)
    return {name: weight for name, weight in load_file(f"{out}/model.safetensors").items() if name.endswith("_proj.weight")}


def bitsandbytes(folder: str, quant: str, double: bool, storage: torch.dtype, dtype: torch.dtype) -> dict:
    config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type=quant, bnb_4bit_use_double_quant=double,
                                bnb_4bit_compute_dtype=dtype, bnb_4bit_quant_storage=storage)
    model = AutoModelForCausalLM.from_pretrained(folder, quantization_config=config, dtype=dtype)
    values = {}
    for name, module in model.named_modules():
        if type(module).__name__ == "Linear4bit":
            state = module.weight.quant_state
            state.dtype = torch.float32
            values[f"{name}.weight"] = sha256(F.dequantize_4bit(module.weight.data, state))
    with tempfile.TemporaryDirectory() as out:
        model.save_pretrained(out)
        with safe_open(f"{out}/model.safetensors", framework="pt") as file:
            tensors = [entry(name, file.get_tensor(name)) for name in file.keys() if "_proj.weight" in name]
        with open(f"{out}/config.json", encoding="utf-8") as file:
            quantization = json.load(file)["quantization_config"]
    return {"quantization_config": quantization, "tensors": tensors, "values": values}


def packed(nibbles: torch.Tensor, order: list[int]) -> torch.Tensor:
    """[…, 8 n] → int32 […, n]; nibble k holds element order[k] of its eight."""
    eights = nibbles.reshape(*nibbles.shape[:-1], -1, 8).to(torch.int64)
    word = sum(eights[..., order[k]] << (4 * k) for k in range(8))
    return torch.where(word >= 2**31, word - 2**32, word).to(torch.int32)


def round_to_nearest(weight: torch.Tensor, g_idx: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """q [in, out], scales [groups, out] in half precision, zeros [groups, out] from 1 to 15."""
    x = weight.t()
    groups = int(g_idx.max()) + 1
    low = torch.stack([x[g_idx == g].min(0).values.clamp(max=0) for g in range(groups)])
    high = torch.stack([x[g_idx == g].max(0).values.clamp(min=0) for g in range(groups)])
    scales = ((high - low) / 15).half()
    zeros = (-low / scales.float()).round().clamp(1, 15)
    q = (x / scales.float()[g_idx] + zeros[g_idx]).round().clamp(0, 15)
    return q.to(torch.int32), scales, zeros.to(torch.int32)


def gptq(weights: dict[str, torch.Tensor], act_order: bool, version: str) -> dict:
    tensors, values = [], {}
    for number, (name, weight) in enumerate(weights.items()):
        size = weight.shape[1]
        g_idx = torch.arange(size) // GROUP
        if act_order:
            g_idx = g_idx[torch.randperm(size, generator=torch.Generator().manual_seed(number))]
        q, scales, zeros = round_to_nearest(weight, g_idx)
        at = name.removesuffix("weight")
        stored = zeros if version == "gptq_v2" else (zeros - 1) & 15
        tensors += [entry(f"{at}qweight", packed(q.t(), list(range(8))).t()), entry(f"{at}qzeros", packed(stored, list(range(8)))),
                    entry(f"{at}scales", scales), entry(f"{at}g_idx", g_idx.to(torch.int32))]
        offset = stored if version == "gptq_v2" else (stored + 1) & 15
        values[name] = sha256((scales.float()[g_idx] * (q - offset[g_idx]).float()).t().contiguous())
    config = {"quant_method": "gptq", "bits": 4, "group_size": GROUP, "desc_act": act_order, "sym": False, "checkpoint_format": version}
    return {"quantization_config": config, "tensors": tensors, "values": values}


def awq(weights: dict[str, torch.Tensor]) -> dict:
    tensors, values = [], {}
    for name, weight in weights.items():
        g_idx = torch.arange(weight.shape[1]) // GROUP
        q, scales, zeros = round_to_nearest(weight, g_idx)
        at = name.removesuffix("weight")
        tensors += [entry(f"{at}qweight", packed(q, AWQ_ORDER)), entry(f"{at}qzeros", packed(zeros, AWQ_ORDER)), entry(f"{at}scales", scales)]
        values[name] = sha256((scales.float()[g_idx] * (q - zeros[g_idx]).float()).t().contiguous())
    config = {"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}
    return {"quantization_config": config, "tensors": tensors, "values": values}


def main() -> None:
    with tempfile.TemporaryDirectory() as out:
        weights = one_layer(sys.argv[1], out)
        made = {
            "nf4": bitsandbytes(out, "nf4", False, torch.uint8, torch.float32),
            "nf4-double": bitsandbytes(out, "nf4", True, torch.bfloat16, torch.bfloat16),
            "fp4": bitsandbytes(out, "fp4", False, torch.uint8, torch.float32),
            "gptq": gptq(weights, False, "gptq"),
            "gptq-v2": gptq(weights, False, "gptq_v2"),
            "gptq-act-order": gptq(weights, True, "gptq"),
            "awq": awq(weights),
        }
    write("checkpoints.json", {"about": "quantised checkpoints of one layer of the random model",
                               "versions": versions("torch", "transformers", "bitsandbytes", "safetensors"), "checkpoints": made}, depth=3)


if __name__ == "__main__":
    main()
