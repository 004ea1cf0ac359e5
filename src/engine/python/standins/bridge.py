"""The way to the wiring: requests and replies as lines of JSON over a device, Python values as the program's values, and what a reply
makes happen (objects, warnings, exceptions). Leaves out what the objects are: library.py registers their makers."""

import builtins
import enum
import json
import os
import sys
import types
import warnings

from . import lines, placeholder
from .placeholder import Placeholder, named
from .script_functions import failure_class

LONGEST_LIST = 5000
LONGEST_TEXT = 20_000
DEEPEST = 12

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_loads = json.JSONDecoder().decode
_write, _read = os.write, os.read


class Fault(BaseException):
    """The wiring failed in a way that is no library's: the run ends, whatever the script catches."""


class _State:
    descriptor = -1
    epoch = 0
    """Grows with every call: what was asked before may have changed."""
    pending = None
    """The consecutive `requires_grad =` of one line: (line, model ref, value, names)."""
    probing = False
    """While a method of the script's is tried to see what it does to the loss: its forward and backward are not calls of the program."""
    making = 0
    """Above 0 while an object of ours is being built: assignments to it aren't the script's."""


state = _State()
makers = {"object": None, "error": None}
"""library.py: how a reply's object and an exception of a library are made."""


def open_device(path: str) -> None:
    state.descriptor = os.open(path, os.O_RDWR)


def _exchange(request: dict) -> dict:
    data = _dumps(request).encode() + b"\n"
    while data:
        data = data[_write(state.descriptor, data) :]
    parts = []
    while True:
        part = _read(state.descriptor, 65536)
        parts.append(part)
        if part.endswith(b"\n") or not part:
            break
    reply = _loads(b"".join(parts).decode())
    if "fault" in reply:
        raise Fault(reply["fault"])
    return reply


def script_started() -> None:
    """From here on the time is the script's."""
    _exchange({"started": True})


def script_ended() -> None:
    """The host's clock stops."""
    _exchange({"ended": True})


# --- values -------------------------------------------------------------------------------------------------------------------------


def reference(value):
    """{ref, path} of an object of the wiring, or None."""
    found = getattr(type(value), "_lab_reference", None)
    return None if found is None else found(value)


def encode(value, depth: int = 0):
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is int:
        return value if abs(value) < 2**53 else {"placeholder": "a large number"}
    if kind is float:
        return value if value - value == 0 else {"float": repr(value)}
    if kind is str:
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT]
    mine = reference(value)
    if mine is not None:
        return mine
    if hasattr(kind, "_lab_encode"):
        return value._lab_encode()
    if isinstance(value, Placeholder):
        return {"placeholder": value._lab_origin}
    if isinstance(value, enum.Enum):
        return {"member": f"{getattr(kind, '_lab_path', kind.__qualname__)}.{value.name}", "value": encode(value.value, depth + 1)}
    if depth > DEEPEST:
        return {"placeholder": kind.__name__}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [encode(one, depth + 1) for one in list(value)[:LONGEST_LIST]]
        return items if isinstance(value, list) else {"tuple": items} if isinstance(value, tuple) else {"set": items}
    if isinstance(value, dict):
        pairs = list(value.items())[:LONGEST_LIST]
        return {"dict": [[encode(key, depth + 1), encode(one, depth + 1)] for key, one in pairs]}
    if isinstance(value, (str, int, float)):
        return encode(next(one for one in (str, int, float) if isinstance(value, one))(value), depth)
    if isinstance(value, (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType)):
        return {"callable": getattr(value, "_lab_path", getattr(value, "__qualname__", "function"))}
    if isinstance(value, os.PathLike):
        return str(value)
    if hasattr(value, "__iter__") and hasattr(value, "__next__"):
        return {"placeholder": kind.__name__}
    if callable(value):
        return {"callable": kind.__name__}
    return {"placeholder": f"{kind.__name__}()"}


def decode(value):
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(decode(one) for one in value["tuple"])
    if "set" in value:
        return {decode(one) for one in value["set"]}
    if "dict" in value:
        return {decode(key): decode(one) for key, one in value["dict"]}
    if "float" in value:
        return float(value["float"])
    if "placeholder" in value:
        return Placeholder(value["placeholder"])
    return makers["object"](value, None)


# --- requests -----------------------------------------------------------------------------------------------------------------------


def _raise(raised: dict):
    kind = getattr(builtins, raised["type"], None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        kind = failure_class(raised["type"])
    raise kind(raised["message"])


def _warn(one: dict) -> None:
    category = getattr(builtins, one.get("category", ""), UserWarning)
    frame = lines.user_frame()
    if frame is not None:
        # The registry is ours: Python tells a warning once a place, and a script that runs again is a new one.
        warnings.warn_explicit(one["message"], category, lines.SCRIPT, frame.f_lineno or 0, registry={})


def flush() -> None:
    """Sends the `requires_grad =` that are waiting."""
    if state.pending is None:
        return
    line, receiver, value, names = state.pending
    state.pending = None
    _send(line, "torch.nn.Parameter.requires_grad", receiver, [encode(value), names], {})


def set_requires_grad(receiver: int, name: str, value, now: bool) -> None:
    line = lines.user_line()
    waiting = state.pending
    if waiting is not None and (waiting[0], waiting[1]["ref"], waiting[2]) == (line, receiver, value):
        waiting[3].append(name)
    else:
        flush()
        state.pending = (line, {"ref": receiver}, value, [name])
    if now:
        flush()


UNTOLD_WHILE_PROBING = {
    "torch.nn.Module.__call__", "torch.Tensor.backward", "torch.set_grad_enabled", "torch.inference_mode", "torch.optim.Optimizer.step",
    "torch.optim.Optimizer.zero_grad", "torch.nn.Module.train",
}  # fmt: skip


REPEATS = {
    "torch.nn.Module.__call__", "torch.Tensor.backward", "torch.set_grad_enabled", "torch.inference_mode", "torch.optim.Optimizer.step",
    "torch.optim.Optimizer.zero_grad", "torch.autocast", "torch.cuda.amp.autocast", "torch.amp.autocast", "torch.autocast.__exit__",
    "torch.amp.GradScaler.step", "torch.amp.GradScaler.unscale_", "torch.nn.utils.clip_grad_norm_", "torch.nn.Module.train",
    "torch.nn.Module.eval", "accelerate.Accelerator.clip_grad_norm_", "transformers.GenerationMixin.generate",
}  # fmt: skip
"""What the steps of an own loop consist of."""

MOST_REPEATS = 40
"""Even, so that contexts are left as often as they are entered."""

_sent: dict = {}


def forget() -> None:
    _sent.clear()


def _send(line: int, callee: str, receiver, args: list, kwargs: dict):
    if callee in REPEATS:
        # A thousand steps of a loop tell no more than forty.
        times, last = _sent.get((line, callee), (0, None))
        if times >= MOST_REPEATS:
            return last
    state.epoch += 1
    request = {"line": line, "callee": callee, "receiver": receiver, "args": args, "kwargs": kwargs}
    reply = _exchange({"call": request})
    for one in reply.get("warnings", ()):
        _warn(one)
    if "raise" in reply:
        _raise(reply["raise"])
    if reply.get("printed"):
        print(reply["printed"], file=sys.stdout)
    if callee in REPEATS:
        _sent[(line, callee)] = (times + 1, reply)
    return reply


def call(callee: str, receiver=None, args=(), kwargs=None, line: int | None = None) -> dict:
    """The reply to a call of the script's: raises what the library would."""
    if state.probing and callee in UNTOLD_WHILE_PROBING:
        return {}
    flush()
    if callee.startswith("torch."):
        args = [list(one) if hasattr(one, "__next__") and not isinstance(one, Placeholder) else one for one in args]
    sent = [encode(one) for one in args]
    named_ones = {str(key): encode(one) for key, one in (kwargs or {}).items()}
    return _send(lines.user_line() if line is None else line, callee, reference(receiver) if receiver is not None else None, sent, named_ones)


def call_value(callee: str, receiver=None, args=(), kwargs=None, line: int | None = None):
    """The object that the call returns."""
    reply = call(callee, receiver, args, kwargs, line)
    value = reply.get("value")
    if isinstance(value, dict) and "ref" in value:
        return makers["object"](value, reply.get("class"))
    return decode(value)


def ask(ref: int, path: str, what: str, name: str | None = None) -> dict:
    flush()
    question = {"ref": ref, "path": path, "what": what}
    if name is not None:
        question["name"] = name
    return _exchange({"ask": question})


def ask_attribute(ref: int, path: str, name: str):
    """The wiring's value; a placeholder where it knows none."""
    reply = ask(ref, path, "attribute", name)
    if "raise" in reply:
        _raise(reply["raise"])
    value = reply.get("value")
    if isinstance(value, dict) and "ref" in value:
        return makers["object"](value, reply.get("class"))
    return decode(value)


def note(kind: str, line: int, en: str, zh: str, source: str | None = None) -> None:
    flush()
    body = {"kind": kind, "line": line, "text": {"en": en, "zh": zh}}
    if source is not None:
        body["source"] = source
    _exchange({"note": body})


def assume(line: int, en: str, zh: str, source: str | None = None) -> None:
    note("assumption", line, en, zh, source)


def unmodelled(origin: str) -> None:
    note("not-modelled", lines.user_line(), f"What {origin} does with the model isn't known here.", f"此处不知道 {origin} 对模型做什么。", origin)


placeholder.tell_assumption, placeholder.tell_unmodelled = assume, unmodelled


def origin_of_call(path: str, args, kwargs) -> str:
    shown = [*map(named, args[:3]), *(f"{key}={named(value)}" for key, value in list(kwargs.items())[:2])]
    return f"{path}({', '.join(shown)})"
