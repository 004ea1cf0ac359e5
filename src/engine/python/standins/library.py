"""Classes and functions of the libraries, made from the chosen version's signatures when a script first names them: a call binds its
arguments as that version does and goes over the bridge. Leaves out the classes that behave: they are registered here by full name."""

import enum
import re

from . import bridge, lines, signature
from .placeholder import Placeholder

hand: dict = {}
"""Full name -> an object that stands for it as it is."""

mixins: dict = {}
"""Full name of a class -> a class with its behaviour."""

patterns: list = []
"""Functions (library, name, full name) -> an object, or None: names that no table lists."""

_made: dict = {}
_objects: dict = {}

CLASS_METHODS = {
    "from_pretrained", "from_config", "from_dict", "from_list", "from_generator", "from_pandas", "from_json", "from_csv", "from_text",
}  # fmt: skip


def forget() -> None:
    _made.clear()
    _objects.clear()


class Missing(Exception):
    """The chosen version has no such name; `text` is what Python says to the import."""

    def __init__(self, text: str):
        self.kind, _, self.text = text.partition(": ")


def resolve(full: str):
    """What a full name stands for; None: nobody knows it. Raises Missing."""
    library, _, rest = full.partition(".")
    if "missing" in signature.chosen.calls.get(full, ()):
        raise Missing(signature.chosen.calls[full]["missing"])
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


def library_class(cls):
    """The nearest class of a library: of a class that the script derived, what it derived from."""
    return next((one for one in cls.__mro__ if "_lab_path" in one.__dict__), cls)


def made_by_script(cls) -> bool:
    return "_lab_path" not in cls.__dict__ and cls.__module__ == "__main__"


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
            return of_reply(reply, make("transformers.PreTrainedTokenizerBase"), True)
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
    bases = tuple(one for one in (mixin, base) if one is not None) or (Recorded,)
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


old_names: list = []
"""Functions (path, args, kwargs) -> kwargs: what another library makes of a call before its own version sees it."""


def make_init(path: str):
    def __init__(self, *args, **kwargs):
        for change in old_names:
            kwargs = change(path, kwargs)
        if path.rpartition(".")[0].endswith("optim") or path.endswith(("AdamW", "Adafactor")):
            args, kwargs = tuple(listed(one) for one in args), {name: listed(one) for name, one in kwargs.items()}
        bound, given = signature.bind(path, self, args, kwargs)
        construct(self, path, args, given, bound)

    __init__._lab_path = path
    return __init__


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


def place(made, value: dict):
    object.__setattr__(made, "_lab_ref", value["ref"])
    object.__setattr__(made, "_lab_below", value.get("path", ""))
    _objects.setdefault((value["ref"], value.get("path", "")), made)
    return made


class Recorded:
    """An object of a library: its attributes are what it was made with, then what the wiring says."""

    _lab_ref = None
    _lab_below = ""

    def _lab_reference(self):
        if self._lab_ref is None:
            return None
        return {"ref": self._lab_ref, "path": self._lab_below} if self._lab_below else {"ref": self._lab_ref}

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if self._lab_ref is not None and bridge.state.making == 0 and not name.startswith("_"):
            bridge.call("setattr", self, [name, value])

    def __getattr__(self, name):
        if name.startswith("__") or name.startswith("_lab"):
            raise AttributeError(name)
        if name in signature.chosen.vocabulary and signature.methods_of(library_path(self)):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return unknown_attribute(self, name)

    def __deepcopy__(self, memo):
        return self


def library_path(value) -> str:
    return getattr(library_class(type(value)), "_lab_path", type(value).__name__)


def unknown_attribute(self, name: str):
    """The wiring's value of it, or a placeholder; to hasattr and getattr, what nobody knows is absent."""
    value = Placeholder(f"{type(self).__name__}().{name}")
    if self._lab_ref is not None:
        value = bridge.ask_attribute(self._lab_ref, self._lab_below, name)
        if not isinstance(value, Placeholder):
            return value
        value = Placeholder(f"{type(self).__name__}().{name}")
    if lines.by_name[0]:
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
    return value


class Known(Placeholder):
    """Something of the wiring whose class has no behaviour here: a configuration, a state."""

    _lab_ref = None
    _lab_below = ""

    def _lab_reference(self):
        if self._lab_ref is None:
            return None
        return {"ref": self._lab_ref, "path": self._lab_below} if self._lab_below else {"ref": self._lab_ref}

    def __getattr__(self, name):
        if name.startswith("_") or self._lab_ref is None:
            return super().__getattr__(name)
        value = bridge.ask_attribute(self._lab_ref, self._lab_below, name)
        return Placeholder(f"{self._lab_origin}.{name}") if isinstance(value, Placeholder) else value

    def __setattr__(self, name, value):
        self.__dict__[name] = value
        if self._lab_ref is not None and not name.startswith("_") and bridge.state.making == 0:
            bridge.call("setattr", self, [name, value])

    def update(self, values=(), **more):
        for name, value in {**dict(values), **more}.items():
            setattr(self, name, value)


makers = {"dataclass": None, "class": None}
"""configs.py makes dataclasses; models.py finds the class of a reply's object by its name."""


TOKENIZERS = re.compile(r"(Tokenizer\w*|Processor|FeatureExtractor)$")


def of_reply(reply: dict, cls=None, whatever: bool = False):
    """`whatever`: an object of the class, though the wiring keeps none."""
    value = reply.get("value")
    if whatever and not (isinstance(value, dict) and "ref" in value):
        return cls.__new__(cls)
    if isinstance(value, dict) and "ref" in value:
        return object_of(value, reply.get("class"), cls)
    return bridge.decode(value)


def object_of(value: dict, class_name: str | None, cls=None):
    """The one object that stands for {ref, path}; `member` and `dtype` values too."""
    if "dtype" in value:
        return makers["dtype"](value["dtype"])
    if "member" in value:
        owner, _, name = value["member"].rpartition(".")
        try:
            return getattr(resolve(owner), name)
        except (AttributeError, Missing):
            return bridge.decode(value.get("value"))
    if "callable" in value:
        return Placeholder(value["callable"])
    key = (value["ref"], value.get("path", ""))
    known = _objects.get(key)
    if known is not None and (class_name is None or type(known).__name__ == class_name.rpartition(".")[2] or cls is None and made_by_script(type(known))):
        return known
    found = cls or (makers["class"](class_name) if class_name else None) or Known
    made = found.__new__(found)
    if isinstance(made, Placeholder):
        bridge.state.making += 1
        Placeholder.__init__(made, class_name or "object")
        bridge.state.making -= 1
    _objects.pop(key, None)
    return place(made, value)


bridge.makers["object"] = object_of
