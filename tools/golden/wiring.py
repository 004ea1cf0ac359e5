"""Writes tests/golden/wiring/<stack>.json: every combination of the wiring knobs under one set of library versions.

Usage: python wiring.py STACK, inside that stack's environment (golden.sh makes it). README.md gives the order of calls.
"""

import itertools
import json
import os
import sys
import time

import torch
from transformers import Trainer, TrainingArguments

import bench_model as bench
from observe import Case, observe
from script_watch import watching

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
PREPARES = {
    "never": None,
    "before": {},
    "before-no-gc": {"use_gradient_checkpointing": False},
    "before-reentrant-false": {"gradient_checkpointing_kwargs": {"use_reentrant": False}},
    "after": {},
    "after-no-gc": {"use_gradient_checkpointing": False},
}
ATTACHES = ["none", "get_peft_model", "peft_config", "both", "add_adapter", "from_pretrained", "from_pretrained_trainable"]
REENTRANT = {"unset": None, "true": True, "false": False}


def attach_adapter(case: Case, model, attach: str):
    from peft import PeftModel, get_peft_model

    if attach in ("get_peft_model", "both"):
        case.stage = "get_peft_model"
        return get_peft_model(model, bench.lora_config())
    if attach == "add_adapter":
        case.stage = "model.add_adapter"
        model.add_adapter(bench.lora_config())
        return model
    if attach in ("from_pretrained", "from_pretrained_trainable"):
        case.stage = "PeftModel.from_pretrained"
        return PeftModel.from_pretrained(model, bench.ADAPTER, is_trainable=attach.endswith("trainable"))
    return model


def script(case: Case, attach, prepare, checkpointing, reentrant, hook, base, trainer) -> None:
    case.stage = "from_pretrained"
    model = bench.load_base(base)
    if prepare.startswith("before"):
        case.stage = "prepare_model_for_kbit_training"
        model = bench.prepare(model, **PREPARES[prepare])
    model = attach_adapter(case, model, attach)
    if prepare.startswith("after"):
        case.stage = "prepare_model_for_kbit_training"
        model = bench.prepare(model, **PREPARES[prepare])
    if trainer == "plain" and checkpointing:
        case.stage = "model.gradient_checkpointing_enable"
        if reentrant == "unset":
            model.gradient_checkpointing_enable()
        else:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": REENTRANT[reentrant]})
    if hook:
        case.stage = "model.enable_input_require_grads"
        model.enable_input_require_grads()
    if trainer == "plain":
        model.train()
        case.count_trainable(model)
        case.stage = "model(**batch)"
        case.backward(model, model(**bench.batch()).loss)
        return
    if trainer == "Trainer":
        cls, args_class, more = Trainer, TrainingArguments, {}
    else:
        case.stage = "import"
        cls, args_class = bench.sft_classes()
        more = {"peft_config": bench.lora_config()} if attach in ("peft_config", "both") else {}
    case.stage = f"{args_class.__name__}(...)"
    args = bench.arguments(args_class, checkpointing, REENTRANT[reentrant])
    keywords = bench.trainer_keywords(cls)
    case.stage = f"{cls.__name__}(...)"
    instance = watching(cls, case)(model=model, args=args, **keywords, **more)
    case.stage = "trainer.train()"
    instance.train()


def combinations(bases):
    """All that make sense: 'after' needs something attached by the script; peft_config and both need SFTTrainer;
    use_reentrant needs checkpointing. What a version doesn't know is among them: it raises."""
    for trainer, base, attach, prepare in itertools.product(("plain", "Trainer", "SFTTrainer"), bases, ATTACHES, PREPARES):
        if attach in ("peft_config", "both") and trainer != "SFTTrainer":
            continue
        if prepare.startswith("after") and attach in ("none", "peft_config"):
            continue
        gradients = [(False, "unset")] + [(True, r) for r in REENTRANT]
        for (checkpointing, reentrant), hook in itertools.product(gradients, (False, True)):
            yield {"attach": attach, "prepare": prepare, "checkpointing": checkpointing, "reentrant": reentrant,
                   "hook": hook, "base": base, "trainer": trainer}


RESULTS = ("outcome", "error", "stage", "inner", "warnings", "trainable", "none", "zero", "nonzero", "lossRequiresGrad")


def compact(stack: str, cases: list[dict], results: list[dict]) -> str:
    """One row per combination: knobs as they are, texts and warning lists as indices (-1: none)."""
    texts: list[str] = []
    lists: list[list[int]] = []

    def index(table, value):
        if value not in table:
            table.append(value)
        return table.index(value)

    rows = []
    for case, result in zip(cases, results):
        row = list(case.values())
        for key in RESULTS:
            value = result[key]
            if key in ("error", "stage", "inner"):
                value = -1 if value is None else index(texts, value)
            elif key == "warnings":
                value = index(lists, [index(texts, w) for w in value])
            row.append(value)
        rows.append(bench.as_json(row))
    head = {"stack": stack, "versions": bench.environment(), "columns": list(cases[0]) + list(RESULTS), "texts": texts, "warningLists": lists}
    return bench.as_json(head)[:-1] + ',"rows":[\n' + ",\n".join(rows) + "\n]}\n"


def main() -> None:
    stack = sys.argv[1]
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with open(os.path.join(HERE, "stacks.json"), encoding="utf-8") as file:
        bases = json.load(file)[stack]["bases"]
    bench.scratch()
    cases = list(combinations(bases))
    if limit:
        cases = cases[:: max(1, len(cases) // limit)]
    start, results = time.time(), []
    for number, case in enumerate(cases):
        results.append(observe(lambda watch, case=case: script(watch, **case)))
        if number % 100 == 99:
            print(f"{stack}: {number + 1} of {len(cases)}, {time.time() - start:.0f} s", flush=True)
    path = os.environ.get("GOLDEN_DIR", os.path.join(HERE, "..", "..", "tests", "golden"))
    path = os.path.join(path, "wiring", f"{stack}.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(compact(stack, cases, results))
    print(f"{stack}: {len(cases)} combinations, {time.time() - start:.0f} s, {os.path.getsize(path)} bytes")


main()
