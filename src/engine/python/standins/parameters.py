"""Parameters of the wiring's models: their flags are read and set over the bridge. Leaves out the modules that hold them."""

import itertools

from . import bridge
from .placeholder import Placeholder
from .tensors import Link, Tensor, cut, dtype

_snapshots: dict = {}
"""By (ref, path) of a module: (epoch, what named_parameters() has)."""

_numbers = itertools.count(2)
"""What links to parameters of the script's own are known by."""

_made: dict = {}
"""By (ref, full name): the one object of a parameter."""


def forget() -> None:
    _snapshots.clear()
    _made.clear()


class Facts:
    __slots__ = ("name", "shape", "dtype", "requires_grad", "numel")

    def __init__(self, name, shape, kind, requires_grad, numel):
        self.name, self.shape, self.dtype, self.requires_grad, self.numel = name, shape, kind, requires_grad, numel


def facts_of(ref: int, path: str = "") -> dict:
    """By name below the module, as the wiring has it now."""
    known = _snapshots.get((ref, path))
    if known is not None and known[0] == bridge.state.epoch:
        return known[1]
    reply = bridge.ask(ref, path, "parameters").get("value")
    facts = {one[0]: Facts(*one) for one in plain(reply)} if isinstance(reply, (list, dict)) else {}
    _snapshots[(ref, path)] = (bridge.state.epoch, facts)
    return facts


def plain(value):
    """Lists and tuples of a reply as lists."""
    if isinstance(value, dict) and "tuple" in value:
        value = value["tuple"]
    return [plain(one) if isinstance(one, (list, dict)) else one for one in value] if isinstance(value, list) else []


def named_parameters(ref: int, path: str = ""):
    start = f"{path}." if path else ""
    for name, facts in facts_of(ref, path).items():
        yield name, parameter(ref, start + name, facts)


def parameter(ref: int, name: str, facts: Facts | None = None) -> "Parameter":
    made = _made.get((ref, name))
    if made is None:
        if facts is None:
            facts = facts_of(ref).get(name) or Facts(name, [], "float32", False, 0)
        kind = {"uint8": Params4bit, "int8": Int8Params}.get(facts.dtype, Parameter)
        made = kind.__new__(kind)
        made._lab_place(ref, name, facts)
        _made[(ref, name)] = made
    return made


def put(ref: int, name: str, made: "Parameter") -> None:
    """The script's own object is the one of that place."""
    _made[(ref, name)] = made


def move(ref: int, old: str, new: str) -> None:
    """Parameters below a module that was put elsewhere."""
    for key in [one for one in _made if one[0] == ref and one[1].startswith(f"{old}.")]:
        made = _made.pop(key)
        name = new + key[1][len(old) :]
        made._lab_place(ref, name, Facts(name, list(made.shape), made.dtype.name, False, made.numel()))
        _made[(ref, name)] = made


class Parameter(Tensor):
    """torch.nn.Parameter. One that the script makes itself belongs to no model of the wiring."""

    def __init__(self, data=None, requires_grad: bool = True):
        super().__init__("torch.nn.Parameter", of_result=False)
        if isinstance(data, Tensor):
            object.__setattr__(self, "_lab_shape", tuple(data.shape))
            object.__setattr__(self, "_lab_zero", data._lab_zero)
        object.__setattr__(self, "_lab_number", -next(_numbers))
        self._lab_thaw(bool(requires_grad))

    def _lab_thaw(self, requires_grad: bool) -> None:
        """Of one that the script made: what is computed with it leads back to it, if it requires grad."""
        object.__setattr__(self, "_lab_own", requires_grad)
        object.__setattr__(self, "_lab_links", (Link(self._lab_number, ""),) if requires_grad else ())

    def _lab_place(self, ref: int, name: str, facts: Facts) -> None:
        put = object.__setattr__
        put(self, "_lab_origin", name)
        put(self, "_lab_ref", ref)
        put(self, "_lab_name", name)
        put(self, "_lab_shape", tuple(facts.shape))
        put(self, "_lab_dtype", dtype(facts.dtype))
        put(self, "_lab_numel", facts.numel)
        put(self, "_lab_links", (Link(ref, name),))

    def _lab_reference(self):
        ref = self.__dict__.get("_lab_ref")
        return None if ref is None else {"ref": ref, "path": self._lab_name}

    @property
    def requires_grad(self):
        ref = self.__dict__.get("_lab_ref")
        if ref is None:
            return self._lab_own
        waiting = bridge.state.pending
        if waiting is not None and waiting[1]["ref"] == ref and self._lab_name in waiting[3]:
            return bool(waiting[2])
        if waiting is not None:
            bridge.flush()
        facts = facts_of(ref).get(self._lab_name)
        return bool(facts and facts.requires_grad)

    @requires_grad.setter
    def requires_grad(self, value):
        ref = self.__dict__.get("_lab_ref")
        if ref is None:
            self._lab_thaw(bool(value))
            return
        # What the library refuses must be refused at this line.
        refused = value is True and not self._lab_dtype.is_floating_point
        bridge.set_requires_grad(ref, self._lab_name, value if isinstance(value, bool) else bool(value), refused)

    def requires_grad_(self, requires_grad: bool = True):
        self.requires_grad = requires_grad
        return self

    @property
    def data(self):
        links = cut(self._lab_links)
        made = Tensor(f"{self._lab_origin}.data", links, self._lab_dtype, self.__dict__.get("_lab_shape"), of_result=False)
        object.__setattr__(made, "_lab_data_of", self)
        return made

    @data.setter
    def data(self, value):
        if self.__dict__.get("_lab_ref") is None:
            return
        kind = value.dtype if isinstance(value, Tensor) else None
        if kind is not None and kind is not self._lab_dtype:
            bridge.call("setattr", self, ["data", kind])
            object.__setattr__(self, "_lab_dtype", kind)

    @property
    def grad(self):
        ref = self.__dict__.get("_lab_ref")
        if ref is None:
            return Placeholder("grad")
        value = bridge.ask_attribute(ref, self._lab_name, "grad")
        return Tensor(f"{self._lab_origin}.grad") if isinstance(value, Placeholder) else value

    @grad.setter
    def grad(self, value):
        pass

    @property
    def shape(self):
        return Tensor.shape.fget(self)

    def numel(self):
        return self.__dict__.get("_lab_numel", 1)

    nelement = numel

    @property
    def is_leaf(self):
        return True

    @property
    def grad_fn(self):
        return None

    def __getattr__(self, name):
        if name.startswith(("ds_", "_lab")) or name in ("quant_state", "all_gather"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return super().__getattr__(name)

    def __deepcopy__(self, memo):
        return self


class Params4bit(Parameter):
    """bitsandbytes.nn.Params4bit."""


class Int8Params(Parameter):
    """bitsandbytes.nn.Int8Params."""


