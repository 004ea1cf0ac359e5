"""Objects of the libraries that the wiring knows: what they refer to, what their attributes are, and the one object for each place. Leaves
out how their classes are made (library.py)."""

import re

from . import bridge, lines, signature
from .placeholder import Placeholder

makers: dict = {}
"""configs.py makes dataclasses; models.py finds the class of a reply's object by its name; library.py members, tensors.py dtypes."""

objects: dict = {}
"""By (ref, path): the one object that stands for it."""


def library_class(cls):
    """The nearest class of a library: of a class that the script derived, what it derived from."""
    return next((one for one in cls.__mro__ if "_lab_path" in one.__dict__), cls)


def made_by_script(cls) -> bool:
    return "_lab_path" not in cls.__dict__ and cls.__module__ == "__main__"


def place(made, value: dict):
    object.__setattr__(made, "_lab_ref", value["ref"])
    object.__setattr__(made, "_lab_below", value.get("path", ""))
    objects.setdefault((value["ref"], value.get("path", "")), made)
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
    if name in ("config", "generation_config") and self._lab_ref is not None:
        return object_of({"ref": self._lab_ref, "path": f"{self._lab_below}.{name}" if self._lab_below else name}, None)
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
        value = bridge.ask(self._lab_ref, self._lab_below, "attribute", name).get("value", {"placeholder": name})
        if isinstance(value, dict) and "placeholder" in value:
            return Placeholder(f"{self._lab_origin}.{name}")
        return bridge.decode(value)

    def __setattr__(self, name, value):
        self.__dict__[name] = value
        if self._lab_ref is not None and not name.startswith("_") and bridge.state.making == 0:
            bridge.call("setattr", self, [name, value])

    def update(self, values=(), **more):
        for name, value in {**dict(values), **more}.items():
            setattr(self, name, value)




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
        found = makers["member"](value["member"])
        return bridge.decode(value.get("value")) if found is None else found
    if "callable" in value:
        return Placeholder(value["callable"])
    key = (value["ref"], value.get("path", ""))
    known = objects.get(key)
    if known is not None and (class_name is None or type(known).__name__ == class_name.rpartition(".")[2] or cls is None and made_by_script(type(known))):
        return known
    found = cls or (makers["class"](class_name) if class_name else None) or Known
    made = found.__new__(found)
    if isinstance(made, Placeholder):
        bridge.state.making += 1
        Placeholder.__init__(made, class_name or "object")
        bridge.state.making -= 1
    objects.pop(key, None)
    return place(made, value)


bridge.makers["object"] = object_of
