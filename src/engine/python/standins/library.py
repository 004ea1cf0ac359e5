"""Classes and functions of the libraries, made from the chosen version's signatures when a script first names them: a call binds its
arguments as that version does and goes over the bridge. Leaves out the classes that behave: they are registered here by full name."""

import enum

from . import bridge, signature
from .placeholder import Placeholder
from .recorded import TOKENIZERS, Known, Recorded, library_class, library_path, made_by_script, makers, object_of, objects, of_reply, place
from .recorded import unknown_attribute

hand: dict = {}
"""Full name -> an object that stands for it as it is."""

mixins: dict = {}
"""Full name of a class -> a class with its behaviour."""

patterns: list = []
"""Functions (library, name, full name) -> an object, or None: names that no table lists."""

_made: dict = {}

CLASS_METHODS = {
    "from_pretrained", "from_config", "from_dict", "from_list", "from_generator", "from_pandas", "from_json", "from_csv", "from_text",
}  # fmt: skip


def forget() -> None:
    _made.clear()
    objects.clear()


class Missing(Exception):
    """The chosen version has no such name; `text` is what Python says to the import."""

    def __init__(self, text: str):
        self.kind, _, self.text = text.partition(": ")


def resolve(full: str):
    """What a full name stands for; None: nobody knows it. Raises Missing."""
    library, _, rest = full.partition(".")
    if "missing" in signature.chosen.calls.get(full, ()):
        raise Missing(signature.chosen.calls[full]["missing"])
    refusal = signature.refusal_of(full)
    if refusal is not None:
        raise Missing(refusal)
    if full in hand:
        return hand[full]
    path = full if full in signature.chosen.calls else signature.find(library, rest.rpartition(".")[2])
    if path is None:
        name = full.rpartition(".")[2]
        elsewhere(library, name, full)
        for pattern in patterns:
            found = pattern(library, name, full)
            if found is not None:
                return found
        return None
    return hand[path] if path in hand else make(path)


NAMESPACES = ("transformers", "peft", "trl", "datasets")


def elsewhere(owner: str, name: str, full: str) -> None:
    """A name of one library imported from another: `from transformers import LoraConfig`."""
    if owner in NAMESPACES and full.count(".") == 1 and any(f"{other}.{name}" in signature.chosen.calls for other in NAMESPACES):
        raise Missing(f"ImportError: cannot import name '{name}' from '{owner}' (<site-packages>/{owner}/__init__.py)")


def make(path: str):
    if path in hand:
        return hand[path]
    if path not in _made:
        entry = signature.chosen.calls[path]
        if "missing" in entry:
            raise Missing(entry["missing"])
        if "members" in entry:
            _made[path] = make_enum(path, entry)
        elif path.rpartition(".")[2][0].isupper():
            _made[path] = make_class(path, entry)
        else:
            _made[path] = make_function(path)
    return _made[path]


def make_enum(path: str, entry: dict):
    name = path.rpartition(".")[2]
    made = enum.Enum(name, entry["members"], type=str, module=path.rpartition(".")[0])
    made._lab_path = path
    return made


TOLD_OF_TORCH = ("torch.nn.utils.", "torch.autograd.")


def make_function(path: str):
    computes = path.startswith("torch.") and not path.startswith(TOLD_OF_TORCH)

    def function(*args, **kwargs):
        _, given = signature.bind(path, None, args, kwargs)
        if computes:
            return Placeholder(path)._lab_new(bridge.origin_of_call(path, args, kwargs), *args, *kwargs.values())
        return bridge.call_value(path, None, args, given)

    function.__name__ = function.__qualname__ = path.rpartition(".")[2]
    function.__module__ = path.rpartition(".")[0]
    function._lab_path = path
    return function


def make_method(path: str, returns_self: bool = False):
    name = path.rpartition(".")[2]

    def method(self, *args, **kwargs):
        _, given = signature.bind(path, self, args, kwargs)
        value = bridge.call_value(path, self, args, given)
        if value is None and name in RESULTS:
            return Placeholder(bridge.origin_of_call(name, args, kwargs))
        return self if returns_self else value

    method.__name__, method.__qualname__, method._lab_path = name, ".".join(path.split(".")[-2:]), path
    return method


def make_class_method(path: str):
    name = path.rpartition(".")[2]

    def method(cls, *args, **kwargs):
        _, given = signature.bind(path, None, args, kwargs)
        own = library_class(cls)
        reply = bridge.call(f"{own._lab_path}.{name}", None, args, given)
        if TOKENIZERS.search(own._lab_path):
            made = of_reply(reply, make("transformers.PreTrainedTokenizerBase"), True)
            object.__setattr__(made, "_lab_id", next(iter(args), given.get("pretrained_model_name_or_path")))
            return made
        return of_reply(reply, cls if made_by_script(cls) else None)

    method.__name__, method._lab_path = name, path
    return classmethod(method)


RESULTS = {"evaluate", "predict", "push_to_hub", "get_train_dataloader", "get_memory_footprint", "load_adapter", "state_dict"}
"""Methods that give something, though the wiring keeps nothing of it."""

SELF = {"train", "eval", "requires_grad_", "to", "half", "float", "bfloat16", "cuda"}


def make_class(path: str, entry: dict):
    base_path = entry.get("base")
    base = make(base_path) if base_path else None
    mixin = mixins.get(path)
    if "fields" in entry or (base is not None and hasattr(base, "__dataclass_fields__") and "parameters" not in entry):
        return makers["dataclass"](path, entry, base, mixin)
    inherits = mixin is not None and base is not None and issubclass(base, mixin)
    bases = tuple(one for one in (None if inherits else mixin, base) if one is not None) or (Recorded,)
    given = set(dir(mixin)) - set(dir(Recorded)) if mixin else set()
    body = {"_lab_path": path, "__module__": path.rpartition(".")[0], "__doc__": None}
    if "parameters" in entry and "__init__" not in (mixin.__dict__ if mixin else {}):
        body["__init__"] = make_init(path)
    for name, method in signature.methods_of(path).items():
        if "missing" in method or name in given or name in ("generate", "forward", *getattr(mixin, "_lab_dynamic", ())):
            continue
        full = f"{path}.{name}"
        body[name] = make_class_method(full) if name in CLASS_METHODS else make_method(full, name in SELF)
    made = type(path.rpartition(".")[2], bases, body)
    made.__qualname__ = path.rpartition(".")[2]
    return made


checks: list = []
"""Functions (path, values, names of those that aren't defaults): raise what a class refuses when it is made with these values."""

old_names: list = []
"""Functions (path, args, kwargs) -> kwargs: what another library makes of a call before its own version sees it."""


def make_init(path: str):
    def __init__(self, *args, **kwargs):
        for change in old_names:
            kwargs = change(path, kwargs)
        if path.rpartition(".")[0].endswith("optim") or path.endswith(("AdamW", "Adafactor")):
            args, kwargs = tuple(listed(one) for one in args), {name: listed(one) for name, one in kwargs.items()}
        bound, given = signature.bind(path, self, args, kwargs)
        refuse(path, bound, {*list(bound)[: len(args)], *given})
        construct(self, path, args, given, bound)

    __init__._lab_path = path
    return __init__


def refuse(path: str, values: dict, given) -> None:
    for check in checks:
        check(path, values, given)


def listed(value):
    """Generators as lists, also inside groups: they are looked at more than once."""
    if isinstance(value, dict) and type(value) is dict:
        return {name: listed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [listed(one) for one in value]
    return list(value) if hasattr(value, "__next__") and not isinstance(value, Placeholder) else value


def construct(self, path: str, args, kwargs: dict, bound: dict) -> None:
    """Records the constructor's call and gives the object its arguments as attributes."""
    bridge.state.making += 1
    try:
        for name, value in bound.items():
            if name not in ("self", "kwargs", "args") and not hasattr(type(self), name):
                setattr(self, name, value)
    finally:
        bridge.state.making -= 1
    value = bridge.call(path, None, args, kwargs).get("value")
    if isinstance(value, dict) and "ref" in value:
        place(self, value)
    after = getattr(type(self), "_lab_constructed", None)
    if after is not None:
        after(self)


def member(path: str):
    """A member of an enumeration by its full name; None: nobody knows it."""
    owner, _, name = path.rpartition(".")
    try:
        return getattr(resolve(owner), name, None)
    except Missing:
        return None


makers["member"] = member
__all__ = ["Known", "object_of", "library_path", "unknown_attribute"]
