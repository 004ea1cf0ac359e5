"""How golden values are written: raw little-endian bytes in base64, SHA-256, JSON with one row per line.

Deliberately knows nothing about models or libraries beyond torch and numpy.
"""

import base64
import hashlib
import json
import os

import numpy as np
import torch

GOLDEN_DIR = os.environ.get(
    "GOLDEN_DIR", os.path.join(os.path.dirname(__file__), "..", "..", "tests", "golden")
)


def raw_bytes(value) -> bytes:
    """Row-major little-endian bytes of a tensor or array (bf16 as its two bytes)."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().contiguous()
        if value.dtype is torch.bfloat16:
            value = value.view(torch.int16)
        value = value.numpy()
    return np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()


def b64(value) -> str:
    return base64.b64encode(raw_bytes(value)).decode("ascii")


def sha256(value) -> str:
    return hashlib.sha256(raw_bytes(value)).hexdigest()


def versions(*names: str) -> dict:
    from importlib.metadata import version

    return {name: version(name) for name in names}


def dumps(value, depth: int) -> str:
    """JSON whose containers are broken over lines down to `depth` levels and compact below."""
    if depth > 0 and isinstance(value, dict) and value:
        rows = [f"{json.dumps(str(k), ensure_ascii=False)}: {dumps(v, depth - 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n}"
    if depth > 0 and isinstance(value, list) and value:
        return "[\n" + ",\n".join(dumps(v, depth - 1) for v in value) + "\n]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write(name: str, value, depth: int = 2) -> None:
    path = os.path.join(GOLDEN_DIR, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(dumps(value, depth) + "\n")
    print(f"{name}: {os.path.getsize(path)} bytes")
