"""Watches backward passes: the first of each training, outermost only, with what it left in the model that was trained.

A training is one call of `Trainer.train()`, or the script's own backward at one line for one set of models. The trainer is
stopped after one step; nothing else that it does is changed.
"""

import functools
import sys

import torch
import transformers

from ground_truth_hub import changed

TRAININGS: list[dict] = []
MAX_STEPS = 1
trainers: list = []  # those inside train(), innermost last
called: list = []  # modules called from outside any other since the last backward: (module, grad enabled)
depth = {"call": 0, "backward": 0}


def script_line(scripts) -> int | None:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename in scripts:
            return frame.f_lineno
        frame = frame.f_back
    return None


def counts(parameters) -> dict:
    grads = [p.grad for p in parameters if p.requires_grad]
    none = sum(g is None for g in grads)
    nonzero = sum(g is not None and bool((g != 0).any()) for g in grads)
    return {"trainable": len(grads), "none": none, "zero": len(grads) - none - nonzero, "nonzero": nonzero}


def parameters_of(modules) -> list:
    found = {id(p): p for m in modules for p in m.parameters()}
    return list(found.values())


def models_in_play() -> list:
    if trainers:
        return [trainers[-1].model]
    # What ran without gradients is a teacher or a reference, unless it has adapters that were to be trained.
    live = [m for m, enabled in called if enabled or type(m).__name__.startswith("Peft")] or [m for m, _ in called]
    return [m for m in live if next(m.parameters(), None) is not None]


def watch_calls() -> None:
    original = torch.nn.Module.__call__

    def call(self, *args, **kwargs):
        if depth["call"] == 0 and depth["backward"] == 0:
            if not any(m is self for m, _ in called):
                called.append((self, torch.is_grad_enabled()))
        depth["call"] += 1
        try:
            return original(self, *args, **kwargs)
        finally:
            depth["call"] -= 1

    torch.nn.Module.__call__ = call


def watch_backward(scripts) -> None:
    original = torch.autograd.backward

    def backward(tensors, *args, **kwargs):
        outer = depth["backward"] == 0
        if outer:
            models, line = models_in_play(), script_line(scripts)
            key = (id(trainers[-1]) if trainers else None, line, tuple(sorted(id(m) for m in models)))
            new = bool(models) and not any(t["key"] == key for t in TRAININGS) and not (trainers and any(t["key"][0] == key[0] and t["open"] for t in TRAININGS))
            entry = {"key": key, "by": f"{type(trainers[-1]).__name__}.train" if trainers else "backward", "line": line, "open": True, "models": models,
                     "lossRequiresGrad": bool(tensors.requires_grad) if isinstance(tensors, torch.Tensor) else None}
            if new:
                TRAININGS.append(entry)
        depth["backward"] += 1
        try:
            original(tensors, *args, **kwargs)
        finally:
            depth["backward"] -= 1
            if outer and new and sys.exc_info()[0] is not None:
                entry["raised"] = True
                entry["trainable"] = sum(p.requires_grad for p in parameters_of(models))
        if outer:
            if new:
                before = parameters_of(models)
                entry.update(counts(before), before=[(p, p.detach().clone()) for p in before if p.requires_grad])
            called.clear()

    torch.autograd.backward = backward


def watch_trainers() -> None:
    train = transformers.Trainer.train

    @functools.wraps(train)
    def short(self, *args, **kwargs):
        import os

        resume = kwargs.get("resume_from_checkpoint", args[0] if args else None)
        if resume and not os.path.isdir(str(resume)):
            changed("there was no checkpoint to resume from; the training started anew")
            args, kwargs = (), {k: v for k, v in kwargs.items() if k != "resume_from_checkpoint"}
        self.args.max_steps = MAX_STEPS
        for entry in TRAININGS:
            if entry["key"][0] == id(self):
                entry["open"] = False
                entry["key"] = (None, *entry["key"][1:])
        trainers.append(self)
        try:
            return train(self, *args, **kwargs)
        finally:
            trainers.pop()
            for entry in TRAININGS:
                entry["open"] = entry["open"] and entry["key"][0] != id(self)

    transformers.Trainer.train = short
    optimisers = transformers.Trainer.get_optimizer_cls_and_kwargs
    original = optimisers

    def on_cpu(args, *more):
        name = str(getattr(args.optim, "value", args.optim))
        if "8bit" in name or "paged" in name or "bnb" in name or "fused" in name or "apex" in name:
            was, args.optim = args.optim, transformers.training_args.OptimizerNames("adamw_torch")
            changed(f"the optimiser {name} ran as adamw_torch")
            try:
                return original(args, *more)
            finally:
                args.optim = was
        return original(args, *more)

    transformers.Trainer.get_optimizer_cls_and_kwargs = staticmethod(on_cpu)


def results() -> list[dict]:
    out = []
    for entry in TRAININGS:
        moved = sum(bool((p.detach() != old).any()) for p, old in entry.get("before", []) if p.shape == old.shape)
        if entry.get("raised"):
            kind = "raises"
        else:
            kind = "trains" if entry["trainable"] and not entry["none"] and entry["nonzero"] else "silent"
        keep = {k: entry.get(k) for k in ("by", "line", "trainable", "none", "zero", "nonzero", "lossRequiresGrad")}
        out.append({"outcome": kind, **keep, "moved": moved})
    return out


def patch_all(scripts) -> None:
    watch_calls()
    watch_backward(scripts)
    watch_trainers()
