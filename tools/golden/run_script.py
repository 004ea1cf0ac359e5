"""Runs one generated script as it is and prints what its first backward left: outcome, error, counts of gradients.

Usage: python run_script.py SCRIPT, in a folder with `model` and `rows.jsonl`. The script's own `model` is counted; adapters
are injected in place, so that holds for models that the trainer wraps too. Only the outermost backward counts, because
reentrant checkpointing runs others inside it.
"""

import json
import sys

import torch

torch.set_num_threads(1)
space, seen, depth = {"__name__": "__main__"}, {}, 0
original = torch.autograd.backward


def backward(*args, **kwargs):
    global depth
    depth += 1
    try:
        original(*args, **kwargs)
    finally:
        depth -= 1
    if depth == 0 and not seen and "model" in space:
        grads = [p.grad for p in space["model"].parameters() if p.requires_grad]
        seen.update(
            trainable=len(grads), none=sum(g is None for g in grads),
            zero=sum(g is not None and not bool(g.any()) for g in grads),
            nonzero=sum(g is not None and bool(g.any()) for g in grads),
        )


torch.autograd.backward = backward
error = None
try:
    with open(sys.argv[1], encoding="utf-8") as file:
        exec(compile(file.read(), sys.argv[1], "exec"), space)
except Exception as caught:  # noqa: BLE001 - the exception is the result
    error = f"{type(caught).__name__}: {caught}"
learns = seen.get("trainable") and not seen["none"] and seen["nonzero"]
outcome = "raises" if error else "trains" if learns else "silent"
print("RESULT " + json.dumps({"outcome": outcome, "error": error, **({} if error else seen)}))
