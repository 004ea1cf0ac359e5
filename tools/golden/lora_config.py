"""Writes tests/golden/lora_config.json: what PEFT makes of LoraConfig arguments on the bench model: rank, scaling and the sum of
every adapted module's first factor, or the error, and the warnings. One row an argument combination; no training.
"""

import warnings

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.utils import logging

from encoding import sha256, versions, write

logging.set_verbosity_error()
LIST = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
ROWS = [
    {},
    {"use_rslora": True},
    {"use_dora": True, "rank_pattern": {"q_proj": 2}},
    {"target_modules": "all-linear", "exclude_modules": ["down_proj", "layers.0.self_attn.q_proj"]},
    {"exclude_modules": r".*\.layers\.0\..*"},
    {"exclude_modules": ["nothing"]},
    {"target_modules": ["q_proj"], "exclude_modules": ["q_proj"]},
    {"target_modules": ["wrong"], "exclude_modules": ["wrong"]},
    {"layers_to_transform": [1]},
    {"layers_to_transform": 0},
    {"layers_to_transform": [7]},
    {"layers_to_transform": [0], "target_modules": ["q_proj", "model.layers.1.self_attn.k_proj"]},
    {"layers_to_transform": [0], "target_modules": "all-linear"},
    {"layers_to_transform": [0], "target_modules": r".*\.q_proj"},
    {"rank_pattern": {"q_proj": 2, r"layers\.1\..*": 3}},
    {"rank_pattern": {"proj": 2}},
    {"rank_pattern": {"self_attn.v_proj": 8}, "alpha_pattern": {"layers.1.self_attn.v_proj": 3, "up_proj": 16}},
    {"rank_pattern": {"model.layers.0.mlp.down_proj": 6}, "use_rslora": True},
    {"init_lora_weights": "gaussian"},
    {"init_lora_weights": False},
    {"init_lora_weights": False, "rank_pattern": {"k_proj": 5}},
]


def bench() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=64,
        max_position_embeddings=64, tie_word_embeddings=False, bos_token_id=None, eos_token_id=1, pad_token_id=0))


def observe(arguments: dict) -> dict:
    model = bench()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            torch.manual_seed(42)
            config = LoraConfig(**({"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "target_modules": LIST} | arguments))
            model = get_peft_model(model, config)
            modules = [
                {"path": path, "r": m.r["default"], "scaling": m.scaling["default"],
                 "a": sha256(m.lora_A["default"].weight)[:16], "b": sha256(m.lora_B["default"].weight)[:16]}
                for path, m in model.get_base_model().named_modules() if hasattr(m, "lora_A")
            ]
            found = {"modules": modules}
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
    texts = [f"{w.category.__name__}: {w.message}" for w in caught if "peft" in str(w.filename) or "exclude" in str(w.message)]
    return {"arguments": arguments, **found, "warnings": texts}


write("lora_config.json", {"versions": versions("torch", "transformers", "peft"), "rows": [observe(row) for row in ROWS]})
