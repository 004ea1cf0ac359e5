"""Writes tests/golden/known: what PEFT does to known models, and one training step on small ones, under one environment.

Usage: python check.py STACK attach|steps, inside that stack's environment, writes STACK-PART.json. `attach`: models of real sizes on the meta device, counts and adapted modules
of get_peft_model under several targets. `steps`: small models that run once; none, zero and nonzero gradients in the order of
named_parameters().
"""

import hashlib
import json
import os
import sys

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model

from batches import batch_for
from table import auto_of, config_of
from trees import on_meta
from types_list import TYPES, with_variant

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.environ.get("GOLDEN_DIR", os.path.join(HERE, "..", "..", "..", "tests", "golden"))
TASKS = {"CausalLM": "CAUSAL_LM", "SequenceClassification": "SEQ_CLS", "Seq2SeqLM": "SEQ_2_SEQ_LM", "TokenClassification": "TOKEN_CLS",
         "QuestionAnswering": "QUESTION_ANS"}
# id, head, targets that a person would name
REAL = [
    ("meta-llama/Llama-2-7b-hf", "CausalLM", ["q_proj", "v_proj"]),
    ("Qwen/Qwen3-0.6B", "CausalLM", ["q_proj", "gate_proj"]),
    ("google/gemma-2-2b", "CausalLM", ["o_proj", "down_proj"]),
    ("microsoft/phi-2", "CausalLM", ["q_proj", "dense", "fc1"]),
    ("microsoft/Phi-3-mini-4k-instruct", "CausalLM", ["qkv_proj", "o_proj"]),
    ("gpt2", "CausalLM", ["c_attn", "c_proj"]),
    ("gpt2", "SequenceClassification", ["c_attn"]),
    ("EleutherAI/pythia-410m", "CausalLM", ["query_key_value"]),
    ("facebook/opt-350m", "CausalLM", ["q_proj", "v_proj"]),
    ("tiiuae/falcon-7b", "CausalLM", ["query_key_value"]),
    ("bigcode/starcoderbase-1b", "CausalLM", ["c_attn", "c_proj"]),
    ("google/flan-t5-base", "Seq2SeqLM", ["q", "v"]),
    ("bert-base-uncased", "SequenceClassification", ["query", "value"]),
    ("roberta-base", "SequenceClassification", ["query", "key", "dense"]),
    ("distilbert-base-uncased", "SequenceClassification", ["q_lin", "v_lin"]),
    ("microsoft/deberta-v3-base", "TokenClassification", ["query_proj", "value_proj"]),
    ("facebook/bart-base", "Seq2SeqLM", ["q_proj", "v_proj"]),
    ("mistralai/Mistral-7B-v0.1", "CausalLM", ["q_proj", "k_proj", "v_proj", "o_proj"]),
    ("Qwen/Qwen2.5-0.5B", "CausalLM", ["q_proj", "up_proj"]),
    ("google/gemma-2b", "CausalLM", ["q_proj", "down_proj"]),
    ("EleutherAI/gpt-j-6b", "CausalLM", ["q_proj", "fc_in"]),
    ("facebook/xglm-564M", "CausalLM", ["q_proj", "fc1"]),
    ("bigscience/bloom-560m", "CausalLM", ["query_key_value", "dense_4h_to_h"]),
    ("mosaicml/mpt-7b", "CausalLM", ["Wqkv", "out_proj"]),
    ("bigcode/starcoder2-3b", "CausalLM", ["q_proj", "c_fc"]),
    ("allenai/OLMo-2-0425-1B", "CausalLM", ["q_proj", "gate_proj"]),
    ("CohereForAI/aya-23-8B", "CausalLM", ["q_proj", "v_proj"]),
    ("ibm-granite/granite-3.0-2b-base", "CausalLM", ["q_proj", "v_proj"]),
    ("stabilityai/stablelm-zephyr-3b", "CausalLM", ["q_proj", "v_proj"]),
    ("HuggingFaceTB/SmolLM3-3B", "CausalLM", ["q_proj", "v_proj"]),
    ("albert-base-v2", "SequenceClassification", ["query", "value"]),
    ("google/electra-small-discriminator", "TokenClassification", ["query", "value"]),
    ("xlm-roberta-base", "TokenClassification", ["query", "value"]),
    ("microsoft/deberta-base", "SequenceClassification", ["in_proj"]),
    ("google/mt5-small", "Seq2SeqLM", ["q", "v"]),
    ("facebook/mbart-large-50", "Seq2SeqLM", ["q_proj", "fc1"]),
    ("facebook/m2m100_418M", "Seq2SeqLM", ["k_proj", "v_proj"]),
]
# type/variant, head, targets (None: PEFT's own)
SMALL = [
    ("llama", "CausalLM", None), ("mistral", "CausalLM", None), ("mixtral", "CausalLM", ["q_proj", "w1", "w2"]), ("qwen2", "CausalLM", None),
    ("gemma2", "CausalLM", ["q_proj", "v_proj"]), ("phi", "CausalLM", ["q_proj", "v_proj", "fc1"]), ("gpt2", "CausalLM", None),
    ("gpt2", "SequenceClassification", None), ("gpt_neox", "CausalLM", None), ("gptj", "CausalLM", None), ("opt", "CausalLM", None),
    ("opt/projected", "CausalLM", ["q_proj", "project_in"]), ("bloom", "CausalLM", None), ("falcon", "CausalLM", None),
    ("gpt_bigcode", "CausalLM", None), ("t5", "Seq2SeqLM", None), ("t5/gated", "Seq2SeqLM", ["q", "v", "wo"]),
    ("bert", "SequenceClassification", None), ("bert", "MaskedLM", ["query", "embeddings.word_embeddings"]),
    ("roberta", "SequenceClassification", None), ("distilbert", "SequenceClassification", ["q_lin", "v_lin"]),
    ("deberta-v2", "TokenClassification", None), ("bart", "Seq2SeqLM", None), ("albert", "SequenceClassification", ["query", "value"]),
    ("electra", "TokenClassification", None),
]
CASES = {"good": None, "default": None, "all-linear": "all-linear", "wrong": ["nope", "qkv_none"], "layers": None}


def sizes() -> dict[str, tuple[str, str, list[int], bool]]:
    found = {}
    with open(os.path.join(HERE, "sizes.txt"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                kind, numbers, tied, ids = line.strip().split("|")
                for name in ids.split():
                    found[name] = (*kind.partition("/")[::2], [int(n) for n in numbers.split()], tied == "1")
    return found


def known_config(name: str, head: str):
    model_type, variant, numbers, tied = sizes()[name]
    knobs, fixed, variants = TYPES[model_type]
    knobs, fixed = with_variant(knobs, fixed, variants.get(variant, {}))
    # A number that follows a knob (the pooler's width of DeBERTa) follows it here too.
    sized = {values: n for values, n in zip(knobs.values(), numbers)}
    fixed = {k: sized.get(v, v) if isinstance(v, tuple) else v for k, v in fixed.items()}
    config = config_of(model_type, {k: (n,) * 3 for k, n in zip(knobs, numbers)}, fixed, 0, head)
    config.tie_word_embeddings = tied
    config.num_labels = 2
    return config


def digest(lines) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def targets_of(case: str, good: list[str]):
    if case == "good" or case == "layers":
        return good
    return CASES[case]


def attach(name: str, head: str, good: list[str], case: str) -> dict:
    config = known_config(name, head)
    auto = auto_of(head, config)
    model = on_meta(lambda: auto.from_config(config))
    found: dict = {"id": name, "head": head, "case": case, "targets": targets_of(case, good), "base": model.num_parameters(),
                   "class": type(model).__name__}
    try:
        more = {"layers_to_transform": [0, 5]} if case == "layers" else {}
        wrapped = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=found["targets"], task_type=TASKS[head], **more))
    except Exception as error:
        return found | {"error": f"{type(error).__name__}: {error}"}
    adapted = [n for n, m in wrapped.named_modules() if hasattr(m, "lora_A")]
    names = [n for n, _ in wrapped.named_parameters()]
    trainable, every = wrapped.get_nb_trainable_parameters()
    return found | {"adapted": len(adapted), "first": adapted[0], "modules": digest(adapted), "parameters": digest(names), "trainable": trainable,
                    "all": every, "peft": type(wrapped).__name__}


def states(model) -> str:
    letters = []
    for _, p in model.named_parameters():
        if p.requires_grad:
            letters.append("n" if p.grad is None else "z" if not p.grad.any() else "x")
    return "".join(letters)


def step(kind: str, head: str, targets, how: str) -> dict:
    torch.manual_seed(0)
    model_type, _, variant = kind.partition("/")
    knobs, fixed, variants = TYPES[model_type]
    knobs, fixed = with_variant(knobs, fixed, variants.get(variant, {}))
    config = config_of(model_type, knobs, fixed, 0, head)
    model = auto_of(head, config).from_config(config)
    found: dict = {"type": kind, "head": head, "how": how, "targets": targets, "numbers": {k: v[0] for k, v in knobs.items()},
                   "tied": bool(getattr(config, "tie_word_embeddings", True))}
    try:
        if how != "full":
            model = get_peft_model(model, LoraConfig(r=2, lora_alpha=4, target_modules=targets, task_type=TASKS.get(head)))
        if how in ("reentrant", "hooked", "kept"):
            base = model.get_base_model()
            try:
                base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": how != "kept"})
            except TypeError:
                base.gradient_checkpointing_enable()
            if how == "reentrant":  # transformers 5 hooks by itself
                disable = getattr(base, "disable_input_require_grads", None)
                if disable and hasattr(base, "_require_grads_hook"):
                    disable()
            if how == "hooked":
                base.enable_input_require_grads()
        model.config.use_cache = False
        model.train()
        loss = model(**batch_for(config, head, model)).loss
        loss.backward()
        found["states"] = states(model)
    except Exception as error:
        found["error"] = f"{type(error).__name__}: {str(error)[:200]}"
    found["names"] = digest(n for n, p in model.named_parameters() if p.requires_grad)
    return found


def main() -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    stack, part = sys.argv[1:3]
    if part == "attach":
        # Shapes and names; on the meta device there is nothing to draw.
        transformers.PreTrainedModel._initialize_weights = lambda *_, **__: None
        known = [row for row in REAL if sizes()[row[0]][0] in transformers.CONFIG_MAPPING]
        rows = [attach(*row, case) for row in known for case in CASES]
    else:
        known = [row for row in SMALL if row[0].partition("/")[0] in transformers.CONFIG_MAPPING]
        rows = [step(*row, how) for row in known for how in ("full", "plain", "reentrant", "hooked", "kept")]
    path = os.path.join(GOLDEN, "known", f"{stack}-{part}.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    versions = {"transformers": transformers.__version__, "peft": peft.__version__, "torch": torch.__version__.split("+")[0]}
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
        file.write(f'{{"stack":"{stack}","versions":{json.dumps(versions)},"{part}":[\n{lines}\n]}}\n')
    print(f"{stack} {part}: {len(rows)}", file=sys.stderr)


if __name__ == "__main__":
    main()
