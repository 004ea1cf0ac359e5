"""Writes tests/golden/gguf.json: blocks of each GGUF type as gguf-py decodes them, to float32.

Two inputs a type: bytes in which every quant occurs under ordinary, tiny, negative and zero scales, and the test tensor of
quant.py as gguf-py quantises it, where it can.
"""

import hashlib

import gguf
import numpy as np

from encoding import b64, versions, write

TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "F16", "BF16", "F32"]
# Where the half-precision scales stand in a block.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "IQ4_NL": [0], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2],
          "Q6_K": [208]}
HALVES = [0x3C00, 0x2E66, 0xA800, 0x0000, 0x0001, 0x83FF, 0x0400, 0x7BFF, 0x3555, 0xB1C7, 0x8000, 0x2C00]


def test_tensor() -> np.ndarray:
    i = np.arange(32768, dtype=np.int64)
    values = (((7919 * i) % 2049) - 1024) / 1024 * (1 + 0.25 * ((i >> 6) & 3))
    return values.astype(np.float32).reshape(128, 256)


def made_bytes(name: str) -> np.ndarray:
    """Twenty-four blocks of 32 elements, or twelve of 256; byte j of the quants is 73 j + 11 mod 256, scales walk through HALVES."""
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = 12 if elements == 256 else 24 * 32 // elements
    data = ((73 * np.arange(blocks * size) + 11) % 256).astype(np.uint8)
    for block in range(blocks):
        for s, at in enumerate(SCALES.get(name, [])):
            half = HALVES[(block + 5 * s) % len(HALVES)]
            data[block * size + at] = half & 255
            data[block * size + at + 1] = half >> 8
    if name in ("F16", "BF16"):
        words = data.view(np.uint16)
        words[(words & 0x7C00) == 0x7C00] ^= 0x4000
        if name == "BF16":
            words[(words & 0x7F80) == 0x7F80] ^= 0x4000
    if name == "F32":
        words = data.view(np.uint32)
        words[(words & 0x7F800000) == 0x7F800000] ^= 0x40000000
    return data


def entry(name: str) -> dict:
    kind = gguf.GGMLQuantizationType[name]
    made = made_bytes(name)
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    width = size * max(1, 32 // elements)
    decoded = gguf.quants.dequantize(made.reshape(-1, width), kind).astype(np.float32)
    found = {"type": name, "bytes": b64(made), "values": b64(decoded)}
    try:
        packed = gguf.quants.quantize(test_tensor(), kind)
    except NotImplementedError:
        return found
    again = gguf.quants.dequantize(packed, kind).astype(np.float32)
    digest = lambda array: hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return found | {"tensorPacked": digest(packed), "tensorValues": digest(again), "tensorStart": b64(packed.reshape(-1).view(np.uint8)[: 4 * size])}


write("gguf.json", {"about": "gguf-py's decoding", "versions": versions("gguf", "numpy"), "types": [entry(name) for name in TYPES]}, depth=2)
