"""Writes tests/golden/quant.json: bitsandbytes 4-bit quantisation on CPU, byte for byte.

Inputs travel as f32 bytes, so that a reader needs no random generator. The large test tensor is the
formula of `formula_tensor`; its input and dequantised values are given as hashes and first values only.
"""

import hashlib

import numpy as np
import torch
import bitsandbytes.functional as F

from encoding import b64, sha256, versions, write

torch.set_num_threads(1)


def formula_tensor() -> torch.Tensor:
    """w[i] = (((7919*i) mod 2049) - 1024)/1024 * (1 + 0.25*((i>>6) & 3)), exact in f32; [128, 256]."""
    i = np.arange(32768, dtype=np.int64)
    w = (((7919 * i) % 2049) - 1024) / 1024 * (1 + 0.25 * ((i >> 6) & 3))
    return torch.from_numpy(w.astype(np.float32).reshape(128, 256))


def odd_tensors() -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(7)
    small = torch.randn(5, 24, generator=g) * 0.02
    flat = small.view(-1)
    # First block of 64: absmax exactly 1 and elements placed exactly on decision thresholds and codes,
    # so that ties are visible; the ragged second block (56 elements) stays random with one outlier.
    thresholds = [-0.8480964004993439, -0.6106329262256622, -0.23460740596055984, 0.03979014977812767,
                  0.1202552504837513, 0.5016634166240692, 0.8614784178118011, 0.25, -0.25, 0.0, -0.0,
                  0.0859375, -0.0859375, 0.4166667, -0.4166667, 0.0026041667]
    flat[:64] = torch.linspace(-0.9, 0.9, 64)
    flat[: len(thresholds)] = torch.tensor(thresholds)
    flat[63] = 1.0
    flat[100] = -37.5
    wide = torch.randn(33, 65, generator=g)
    line = wide.view(-1)
    line[64:128] = 0.0  # an all-zero block
    line[200] = 1.0e4  # a huge outlier flattens its block
    line[256:320] *= 1.0e-6
    line[320:384] = 0.5  # a constant block
    return {"ties-5x24": small, "odd-33x65": wide}


def row(name: str, w: torch.Tensor, quant_type: str, nested: bool, whole: bool) -> dict:
    packed, state = F.quantize_4bit(
        w.clone(), blocksize=64, quant_type=quant_type, compress_statistics=nested, quant_storage=torch.uint8
    )
    deq = F.dequantize_4bit(packed, state)
    assert deq.shape == w.shape and deq.dtype is torch.float32
    out = {
        "tensor": name,
        "quantType": quant_type,
        "doubleQuant": nested,
        "blockSize": state.blocksize,
        "packedSha256": sha256(packed),
        "packed": b64(packed),
        "absmaxSha256": sha256(state.absmax),
        "absmax": b64(state.absmax),  # f32 [nb], or u8 [nb] when nested
    }
    if nested:
        out |= {
            "nestedBlockSize": state.state2.blocksize,
            "nestedOffset": b64(state.offset.reshape(1).float()),
            "nestedAbsmax": b64(state.state2.absmax),
            "nestedQuantMapSha256": sha256(state.state2.code),
            "restoredAbsmax": b64(F.dequantize_blockwise(state.absmax, state.state2) + state.offset),
        }
    out |= {
        "dequantSha256": sha256(deq),
        "dequantFirst": b64(deq.reshape(-1)[:32]),
    }
    if whole:
        out["dequant"] = b64(deq)
    return out


def main() -> None:
    big = formula_tensor()
    assert sha256(big)[:16] == "7fa078a73298c2a9"
    tensors = {"formula-128x256": big} | odd_tensors()
    rows = []
    for name, w in tensors.items():
        for quant_type in ("nf4", "fp4"):
            for nested in (False, True):
                rows.append(row(name, w, quant_type, nested, whole=w.numel() < 4096))
    known = {r["quantType"] + str(r["doubleQuant"]): r["dequantSha256"][:16] for r in rows[:4]}
    # Figures recorded earlier from the same libraries; a change means that the libraries changed.
    assert known["nf4False"] == "9a46266a4d83ad9d" and known["fp4False"] == "f34459bd36ce0bec", known
    assert known["nf4True"] == "324a898825820023" and known["fp4True"] == "eba546a42257f3db", known
    packed_map = F.create_dynamic_map().float()
    write(
        "quant.json",
        {
            "about": "bitsandbytes quantize_4bit/dequantize_4bit on CPU, blocksize 64; base64 of raw little-endian bytes",
            "versions": versions("bitsandbytes", "torch"),
            "codebooks": {"nf4": b64(F.get_4bit_type("nf4", device="cpu")), "fp4": b64(F.get_4bit_type("fp4", device="cpu")),
                          "dynamic": b64(packed_map), "dynamicSha256": sha256(packed_map)},
            "tensors": {
                name: {"shape": list(w.shape), "sha256": hashlib.sha256(w.numpy().tobytes()).hexdigest(),
                       "first": b64(w.reshape(-1)[:32])} | ({"f32": b64(w)} if w.numel() < 4096 else {})
                for name, w in tensors.items()
            },
            "rows": rows,
        },
    )


main()
