"""torch.nn.Module: one of the wiring's trees, seen over the bridge, or one that the script composes itself. Leaves out pretrained models
and what a forward returns (models.py)."""

from . import bridge, lines, library, parameters, signature
from .parameters import Parameter, plain
from .placeholder import Placeholder, links_of
from .tensors import Tensor

_listings: dict = {}


def forget() -> None:
    _listings.clear()


def listing(ref: int, path: str, what: str) -> list:
    """[name, class] of children or modules."""
    known = _listings.get((ref, path, what))
    if known is None or known[0] != bridge.state.epoch:
        value = bridge.ask(ref, path, what).get("value")
        known = (bridge.state.epoch, [tuple(one) for one in plain(value)] if isinstance(value, (list, dict)) else [])
        _listings[(ref, path, what)] = known
    return known[1]


def below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


forward = {"wiring": None}
"""models.py: what a call of a module of the wiring does."""


grafts = {"graft": None}
"""grafts.py: what putting a module of the script's own into a tree of the wiring does."""


class Module:
    """torch.nn.Module"""

    _lab_path = "torch.nn.Module"
    _lab_ref = None
    _lab_below = ""
    training = True

    def __init__(self, *args, **kwargs):
        pass

    def _lab_reference(self):
        if self._lab_ref is None:
            return container(self)
        return {"ref": self._lab_ref, "path": self._lab_below} if self._lab_below else {"ref": self._lab_ref}

    def __setattr__(self, name, value):
        if isinstance(value, Module) and value._lab_ref is None and self._lab_ref is not None and bridge.state.making == 0:
            grafts["graft"](self, name, value)
            return
        object.__setattr__(self, name, value)
        if self._lab_ref is not None and bridge.state.making == 0 and not name.startswith("_"):
            bridge.call("setattr", self, [name, value])

    def __getattr__(self, name):
        if name.startswith("__") or name.startswith("_lab"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if self._lab_ref is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        child = self._lab_child(name)
        if child is not None:
            return child
        return self._lab_missing(name)

    def _lab_child(self, name: str):
        for one, kind in listing(self._lab_ref, self._lab_below, "children"):
            if one == name:
                return library.object_of({"ref": self._lab_ref, "path": below(self._lab_below, name)}, kind)
        if name in ("weight", "bias") or "lora_" in name:
            facts = parameters.facts_of(self._lab_ref, self._lab_below).get(name)
            if facts is not None:
                return parameters.parameter(self._lab_ref, below(self._lab_below, name), facts)
        return None

    def _lab_missing(self, name: str):
        if name in signature.chosen.vocabulary:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return library.unknown_attribute(self, name)

    # --- the tree --------------------------------------------------------------------------------------------------------------------

    def _lab_own(self):
        """What a module of the script's own holds, by name."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_lab")}

    def named_children(self):
        if self._lab_ref is None:
            yield from ((name, one) for name, one in self._lab_own().items() if isinstance(one, Module))
            return
        for name, kind in listing(self._lab_ref, self._lab_below, "children"):
            yield name, library.object_of({"ref": self._lab_ref, "path": below(self._lab_below, name)}, kind)

    def children(self):
        return iter([one for _, one in self.named_children()])

    def named_modules(self, memo=None, prefix: str = "", remove_duplicate: bool = True):
        yield prefix, self
        if self._lab_ref is None:
            for name, one in self.named_children():
                yield from one.named_modules(None, below(prefix, name))
            return
        for name, kind in listing(self._lab_ref, self._lab_below, "modules"):
            if name:
                made = library.object_of({"ref": self._lab_ref, "path": below(self._lab_below, name)}, kind)
                yield below(prefix, name), made

    def modules(self):
        return iter([one for _, one in self.named_modules()])

    def get_submodule(self, target: str):
        found = self
        for name in target.split(".") if target else ():
            found = getattr(found, name)
        return found

    def get_parameter(self, target: str):
        return dict(self.named_parameters())[target]

    def named_parameters(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True):
        if self._lab_ref is not None:
            for name, one in parameters.named_parameters(self._lab_ref, self._lab_below):
                if recurse or "." not in name:
                    yield below(prefix, name), one
            return
        for name, one in self._lab_own().items():
            if isinstance(one, Parameter):
                yield below(prefix, name), one
            elif isinstance(one, Module) and recurse:
                yield from one.named_parameters(below(prefix, name))

    def parameters(self, recurse: bool = True):
        for _, one in self.named_parameters(recurse=recurse):
            yield one

    def buffers(self, recurse: bool = True):
        return iter(())

    named_buffers = buffers

    def state_dict(self, *args, **kwargs):
        return dict(self.named_parameters())

    def load_state_dict(self, *args, **kwargs):
        return self._lab_each("load_state_dict", args, kwargs, Placeholder("load_state_dict()"))

    def register_parameter(self, name, param):
        setattr(self, name, param)

    def register_buffer(self, name, tensor, persistent=True):
        object.__setattr__(self, name, tensor)

    def register_module(self, name, module):
        setattr(self, name, module)

    add_module = register_module

    def apply(self, fn):
        for one in self.modules():
            fn(one)
        return self

    # --- what is done to the whole tree ------------------------------------------------------------------------------------------------

    def _lab_each(self, name: str, args, kwargs, result):
        """Recorded on the tree, or on every tree that a module of the script's own holds."""
        path = f"torch.nn.Module.{name}"
        if path in signature.chosen.calls:
            _, kwargs = signature.bind(path, self, args, kwargs)
        if self._lab_ref is not None:
            bridge.call(path, self, args, kwargs)
            return result
        for one in self.children():
            getattr(one, name)(*args, **kwargs)
        return result

    def train(self, *args, **kwargs):
        bridge.state.making += 1
        mode = args[0] if args else kwargs.get("mode", True)
        object.__setattr__(self, "training", bool(mode))
        bridge.state.making -= 1
        return self._lab_each("train", args, kwargs, self)

    def eval(self):
        object.__setattr__(self, "training", False)
        return self._lab_each("eval", (), {}, self)

    def requires_grad_(self, *args, **kwargs):
        for one in self._lab_own().values() if self._lab_ref is None else ():
            if isinstance(one, Parameter):
                one.requires_grad_(*args, **kwargs)
        return self._lab_each("requires_grad_", args, kwargs, self)

    def to(self, *args, **kwargs):
        return self._lab_each("to", args, kwargs, self)

    def half(self):
        return self._lab_each("half", (), {}, self)

    def float(self):
        return self._lab_each("float", (), {}, self)

    def bfloat16(self):
        return self._lab_each("bfloat16", (), {}, self)

    def cuda(self, *args, **kwargs):
        return self._lab_each("cuda", args, kwargs, self)

    def cpu(self):
        return self._lab_each("cpu", (), {}, self)

    def zero_grad(self, *args, **kwargs):
        return self._lab_each("zero_grad", args, kwargs, None)

    # --- forward -----------------------------------------------------------------------------------------------------------------------

    def __call__(self, *args, **kwargs):
        if self._lab_ref is not None and not library.made_by_script(type(self)):
            return forward["wiring"](self, args, kwargs)
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        if self._lab_ref is not None:
            return forward["wiring"](self, args, kwargs)
        links = links_of((*args, *kwargs.values()))
        return Tensor(f"{type(self).__name__}()(…)", links)

    def register_forward_hook(self, hook, *args, **kwargs):
        """A hook is known by what it does to an output: whether that requires grad afterwards."""
        return self._lab_hook("register_forward_hook", hook, lambda seen: hook(self, (Tensor("input"),), seen))

    def register_forward_pre_hook(self, hook, *args, **kwargs):
        return self._lab_hook("register_forward_pre_hook", hook, lambda seen: hook(self, (seen,)))

    def register_full_backward_hook(self, hook, *args, **kwargs):
        return self._lab_hook("register_full_backward_hook", hook, lambda seen: None)

    register_backward_hook = register_full_backward_hook

    def _lab_hook(self, name: str, hook, try_it):
        seen = Tensor("output")
        try:
            given = try_it(seen)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            bridge.note("not-modelled", lines.user_line(), f"What the hook does is not known: {said}", f"不知道这个钩子做什么：{said}", name)
            given = None
        grads = bool(seen._lab_forced or getattr(given, "_lab_forced", False))
        if self._lab_ref is None:
            return Placeholder("hook")
        return bridge.call_value(f"torch.nn.Module.{name}", self, [hook], {"requires_grad": grads})

    def __repr__(self):
        return f"{type(self).__name__}()"

    def __deepcopy__(self, memo):
        if self._lab_ref is None:
            return self
        return bridge.call_value("copy.deepcopy", None, [self])


def container(module: Module):
    """A module of the script's own that holds trees of the wiring: the wiring is told what it holds."""
    if "_lab_told" in module.__dict__:
        return module._lab_told
    held = {name: one for name, one in module._lab_own().items() if isinstance(one, (Module, Parameter))}
    if not held or module.__dict__.get("_lab_telling"):
        return None
    object.__setattr__(module, "_lab_telling", True)
    line = lines.user_line()
    value = bridge.call("torch.nn.Module", None, [type(module).__name__], held, line).get("value")
    if isinstance(value, dict) and "ref" in value:
        object.__setattr__(module, "_lab_told", value)
        return value
    return None
