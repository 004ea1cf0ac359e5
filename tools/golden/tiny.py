"""The two-layer llama of the golden values, its formula weights, and its LoRA with a non-zero B.

Weights are a formula of the index, exact in f32, so that another language repeats them without a
random generator. Nothing here trains or writes files.
"""

import torch
from transformers import LlamaConfig, LlamaForCausalLM

ALL_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def tiny_config(tied: bool = False, vocab: int = 96, mlp: int = 176, **more) -> LlamaConfig:
    return LlamaConfig(
        hidden_size=64, intermediate_size=mlp, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=vocab, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=tied,
        bos_token_id=None, eos_token_id=1, pad_token_id=0, attn_implementation="eager", use_cache=False,
        **({"rope_theta": 10000.0} | more),
    )


def formula(shape, number: int, scale: float, offset: float = 0.0) -> torch.Tensor:
    """w[i] = offset + scale * (((7919*i + 104729*number) mod 2049) - 1024) / 1024, row-major, computed in f32.

    `scale` is a power of two and `offset` 0 or 1, so every step is exact; `number` tells tensors apart.
    """
    count = 1
    for size in shape:
        count *= size
    i = torch.arange(count, dtype=torch.int64)
    value = ((7919 * i + 104729 * number) % 2049 - 1024).to(torch.float32) / 1024
    return (offset + scale * value).reshape(shape)


def fill_base(model: torch.nn.Module) -> list[dict]:
    """Fills every parameter in named_parameters() order: `number` counts them from 0."""
    listing = []
    with torch.no_grad():
        for number, (name, p) in enumerate(model.named_parameters()):
            norm = name.endswith("norm.weight")
            scale, offset = (0.25, 1.0) if norm else (0.125, 0.0)
            p.copy_(formula(p.shape, number, scale, offset))
            listing.append({"name": name, "shape": list(p.shape), "number": number, "scale": scale, "offset": offset})
    return listing


def fill_lora(model: torch.nn.Module) -> list[dict]:
    """Fills every lora_A and lora_B, in named_parameters() order: `number` counts them from 1000."""
    listing, number = [], 1000
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_" not in name:
                continue
            scale = 0.125 if "lora_A" in name else 0.0625
            p.copy_(formula(p.shape, number, scale))
            listing.append({"name": name, "shape": list(p.shape), "number": number, "scale": scale, "offset": 0.0})
            number += 1
    return listing


def tiny_model(tied: bool = False, **more) -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(tiny_config(tied, **more)).float()
