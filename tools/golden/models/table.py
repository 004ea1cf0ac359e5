"""Writes the table of model types as one environment's transformers builds them: NAME.json of module trees, heads and flows.

Usage: python table.py OUT [TYPE...], inside a stack's environment. Everything is built on the meta device under three
configurations; a fourth, small and real, runs once for the flows. merge.py joins the environments' files.
"""

import builtins
import functools
import importlib
import json
import sys
import traceback

import torch
import transformers
from transformers import CONFIG_MAPPING

from flow import checkpointing, stack_paths, trace
from formulas import Formulas
from remote import REMOTE, remote_config
from trees import Trees, kind_of, on_meta, path_of, ties
from types_list import HEADS_OF, IDS, TYPES, arguments, with_variant


def config_of(model_type: str, knobs: dict, fixed: dict, probe: int, head: str):
    values = arguments(knobs, fixed, probe)
    labels = {} if head in ("QuestionAnswering", "Model") else {"num_labels": (7, 13, 19)[probe]}
    config = CONFIG_MAPPING[model_type](**(IDS | labels | values))
    for part in (config, *(getattr(config, n, None) for n in ("text_config", "vision_config"))):
        if part is not None:
            part._attn_implementation = "eager"
    return config


def auto_of(head: str, config):
    for name in HEADS_OF[head]:
        auto = getattr(transformers, name, None)
        if auto is not None and type(config) in auto._model_mapping.keys():
            return auto
    return None


def not_converted(model) -> list[str]:
    """Modules that bitsandbytes leaves as they are."""
    keep = list(getattr(model, "_keep_in_fp32_modules", None) or [])
    for place in ("integrations.bitsandbytes", "quantizers.base", "utils.bitsandbytes"):
        try:
            library = importlib.import_module(f"transformers.{place}")
            keys = library.get_keys_to_not_convert
        except (ImportError, AttributeError):
            continue
        break
    linear = [n for n, m in model.named_modules() if kind_of(m, False) in ("L", "T")]
    return sorted(k for k in set(keys(model)) | set(keep) if any(f".{k}." in f".{n}." for n in linear))


def complain(model_type: str, head: str, error: Exception) -> None:
    print(f"{model_type} {head}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
    if "-v" in sys.argv:
        traceback.print_exception(error)


def tie(config, tied: bool):
    for part in (config, getattr(config, "text_config", None)):
        if part is not None and hasattr(part, "tie_word_embeddings"):
            part.tie_word_embeddings = tied
    return config


@functools.cache
def formulas_of(knobs: tuple) -> Formulas:
    return Formulas(dict(knobs))


def head_of(trees: Trees, flows: dict, model_type: str, head: str, knobs: dict, make) -> dict | None:
    """`make(probe, tied)`: a model under a probe, its embeddings tied or as its configuration says (None)."""
    named = knobs if head in ("QuestionAnswering", "Model") else knobs | {"num_labels": (7, 13, 19)}
    formulas = formulas_of(tuple(named.items()))
    models = [on_meta(lambda p=p: make(p, None)) for p in range(3)]
    first = models[0]
    number = lambda text: flows.setdefault(text, len(flows))
    layer_flows, whole, stacks = {}, None, None
    try:
        whole, layers, _ = trace(make(0, None), head)
        layer_flows = {path: number(text) for path, text in layers.items()}
        stacks = checkpointing(make(0, None), head)
    except Exception as error:  # a head whose forward pass wants what no batch here has is a tree alone
        whole = None
        complain(model_type, head, error)
    root = trees.encode(models, formulas, layer_flows, set(stack_paths(first)))
    both = {flag: ties(on_meta(lambda f=flag: make(0, f))) for flag in (True, False)}
    found = {"node": root, "tied": both[True], "untied": both[False], "hook": path_of(first, first.get_input_embeddings()),
             "keep": not_converted(first)}
    output = first.get_output_embeddings()
    if output is not None:
        found["output"] = path_of(first, output)
    if whole is not None:
        found |= {"flow": number(whole), "checkpoints": stacks}
    return found


def maker(model_type: str, knobs: dict, fixed: dict, head: str):
    """Builds a model of transformers' own, or answers None where the release has no such head."""
    auto = auto_of(head, config_of(model_type, knobs, fixed, 0, head))
    if auto is None:
        return None

    def make(probe: int, tied: bool | None):
        config = config_of(model_type, knobs, fixed, probe, head)
        return auto.from_config(config if tied is None else tie(config, tied))

    return make


def remote_maker(model_type: str, variant: str, knobs: dict, describe):
    def make(probe: int, _tied):
        config = remote_config(model_type, variant, knobs, probe)
        return describe(config)(config)

    return make


def type_of(trees: Trees, flows: dict, model_type: str) -> dict:
    found: dict = {}
    knobs, fixed, variants = TYPES.get(model_type, ({}, {}, {}))
    for name, changes in (REMOTE.get(model_type) or variants or {"": {}}).items():
        if model_type in REMOTE:
            changed, describe = changes
            makers = {"CausalLM": lambda: remote_maker(model_type, name, changed, describe)}
        else:
            changed, rest = with_variant(knobs, fixed, changes)
            makers = {head: lambda h=head: maker(model_type, changed, rest, h) for head in HEADS_OF}
        heads = {}
        for head, maker_of in makers.items():
            try:
                make = maker_of()
                made = make and head_of(trees, flows, model_type, head, changed, make)
            except Exception as error:  # one head that a release can't build says so and leaves the others
                complain(f"{model_type}/{name}", head, error)
                continue
            if made is not None:
                heads[head] = made
        found[name] = {"knobs": list(changed), "heads": heads}
    return found


def main() -> None:
    torch.set_num_threads(1)
    # Some releases import torch for their part on bitsandbytes only beside bitsandbytes, and name it without.
    builtins.torch, builtins.nn = torch, torch.nn
    # A release of transformers can't set first values of every variant; shapes and flow need none.
    transformers.PreTrainedModel._initialize_weights = lambda *_, **__: None
    transformers.logging.set_verbosity_error()
    names = [n for n in sys.argv[2:] if not n.startswith("-")] or [*TYPES, *REMOTE]
    trees, flows = Trees(), {}
    types = {name: type_of(trees, flows, name) for name in names if name in CONFIG_MAPPING or name in REMOTE}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"transformers": transformers.__version__, "nodes": trees.nodes, "flows": list(flows), "types": types}, file, indent=0)


if __name__ == "__main__":
    main()
