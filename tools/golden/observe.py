"""Runs one wiring case and reports what happened: outcome, error, place, warnings, gradients after the first backward.

Knows the libraries only through the case's own functions; writes nothing.
"""

import logging
import traceback
import warnings

import torch

LOGGERS = ("transformers", "trl", "peft", "accelerate")


class Case:
    """What one run has shown so far. `stage` names the script's statement that is running."""

    def __init__(self):
        self.stage = "start"
        self.trainable = self.none = self.zero = self.nonzero = None
        self.loss_requires_grad = None
        self.loss = None
        self.warnings: list[str] = []
        self.lines: dict = {}

    def count_trainable(self, model) -> None:
        self.trainable = sum(p.requires_grad for p in model.parameters())

    def count_gradients(self, model) -> None:
        """Tensors, not elements; only those with requires_grad count."""
        grads = [p.grad for p in model.parameters() if p.requires_grad]
        self.none = sum(g is None for g in grads)
        self.zero = sum(g is not None and not bool(g.any()) for g in grads)
        self.nonzero = sum(g is not None and bool(g.any()) for g in grads)
        assert all(g is None or bool(g.isfinite().all()) for g in grads), "internal: a gradient is not finite"

    def backward(self, model, loss) -> None:
        """The plain step's second half."""
        self.saw_loss(loss)
        self.stage = "loss.backward()"
        loss.backward()
        self.count_gradients(model)

    def saw_loss(self, loss) -> None:
        self.loss_requires_grad = bool(loss.requires_grad)
        self.loss = float(loss.detach())


class Catcher(logging.Handler):
    def __init__(self, case: Case):
        super().__init__(logging.WARNING)
        self.case = case

    def emit(self, record):
        text = f"log: {record.getMessage()}"
        if "Some weights of" in text or "LOAD REPORT" in text:  # about the bench's own files
            return
        if text not in self.case.warnings:
            self.case.warnings.append(text)


def forget_what_was_said_once() -> None:
    from transformers.utils import logging as hf_logging

    for owner in (hf_logging, logging.Logger):
        said = getattr(owner, "warning_once", None)
        if hasattr(said, "cache_clear"):
            said.cache_clear()
    try:
        from accelerate.logging import MultiProcessAdapter

        MultiProcessAdapter.warning_once.cache_clear()
    except (ImportError, AttributeError):
        pass


def innermost(error: BaseException) -> str | None:
    """'backward' or 'forward' when the error left torch's autograd or a model's forward; None elsewhere."""
    names = [(f.filename, f.name) for f in traceback.extract_tb(error.__traceback__)]
    if any("torch/autograd" in file and name in ("backward", "_engine_run_backward") for file, name in names):
        return "backward"
    return "forward" if any("modeling_llama" in file and name == "forward" for file, name in names) else None


def observe(run) -> dict:
    """`run(case)` performs the script. See README.md for the meaning of each field."""
    case, error = Case(), None
    forget_what_was_said_once()
    handler = Catcher(case)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")

            def show(message, category, filename, lineno, file=None, line=None):
                text = f"{category.__name__}: {message}"
                if text not in case.warnings and category.__name__ != "ResourceWarning":
                    case.warnings.append(text)

            warnings.showwarning = show
            run(case)
    except Exception as caught:  # noqa: BLE001 - the exception is the result
        error = caught
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        torch.set_grad_enabled(True)
    if error is not None:
        outcome = "raises"
    elif case.none is None:
        outcome = "no step"
    elif case.trainable and case.none == 0 and case.nonzero:
        outcome = "trains"
    else:
        outcome = "silent"
    return {
        "outcome": outcome,
        "error": None if error is None else f"{type(error).__name__}: {error}",
        "stage": None if error is None else case.stage,
        "inner": None if error is None else innermost(error),
        "warnings": case.warnings,
        "trainable": case.trainable, "none": case.none, "zero": case.zero, "nonzero": case.nonzero,
        "lossRequiresGrad": case.loss_requires_grad,
        "loss": case.loss, "lines": case.lines,
    }
