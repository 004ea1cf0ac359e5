"""Modules that a script makes itself: lists of others, layers, wrappers for more devices. Leaves out the tree (modules.py)."""

from . import bridge
from .choices import linear
from .modules import Module
from .parameters import Parameter
from .placeholder import Placeholder, links_of
from .tensors import Link, Tensor


class Layers(Module):
    """ModuleList, Sequential and ModuleDict: of the wiring's children, or of the script's own."""

    def __init__(self, *modules):
        items = modules[0] if len(modules) == 1 and not isinstance(modules[0], Module) else modules
        pairs = items.items() if isinstance(items, dict) else enumerate(items or ())
        for name, one in pairs:
            object.__setattr__(self, str(name), one)

    def _lab_items(self):
        return [one for _, one in self.named_children()]

    def __getitem__(self, key):
        if isinstance(key, str):
            return dict(self.named_children())[key]
        return self._lab_items()[key]

    def __setitem__(self, key, value):
        setattr(self, str(key), value)

    def __iter__(self):
        return iter(self._lab_items())

    def __len__(self):
        return len(self._lab_items())

    def __bool__(self):
        return True

    def __contains__(self, key):
        return any(name == key for name, _ in self.named_children())

    def keys(self):
        return [name for name, _ in self.named_children()]

    def values(self):
        return self._lab_items()

    def items(self):
        return list(self.named_children())

    def append(self, module):
        object.__setattr__(self, str(len(self)), module)
        return self

    def extend(self, modules):
        for one in modules:
            self.append(one)
        return self

    def forward(self, x=None, *args, **kwargs):
        if self._lab_ref is not None:
            return super().forward(x, *args, **kwargs)
        for one in self:
            x = one(x)
        return x


SIZES = {"Linear": ("out_features", "in_features"), "Embedding": ("num_embeddings", "embedding_dim"), "LayerNorm": ("normalized_shape",), "RMSNorm": ("normalized_shape",)}
"""What the weight of a layer is as large as, by the arguments of its class."""


def shapes_of(kind: str, layer) -> list:
    """Names and shapes of the parameters of a layer, as it was made."""
    sizes = []
    for name in SIZES.get(kind, ()):
        size = layer.__dict__.get(name)
        sizes += size if isinstance(size, (list, tuple)) else [size]
    if not sizes or layer.__dict__.get("elementwise_affine") is False:
        return []
    shape = [one if isinstance(one, int) else 1 for one in sizes]
    biased = kind in ("Linear", "LayerNorm") and layer.__dict__.get("bias") is not False
    return [("weight", shape), *([("bias", shape[:1])] if biased else [])]


class Layer(Module):
    """A layer that the script makes: it has parameters of its own, and what goes through it stays linked."""

    def _lab_constructed(self):
        for name, shape in shapes_of(type(self).__name__, self):
            object.__setattr__(self, name, Parameter(Tensor(name, shape=shape)))

    def _lab_reference(self):
        return None if self._lab_ref is None else super()._lab_reference()

    def forward(self, *args, **kwargs):
        if type(self).__name__ == "Linear" and self._lab_ref is None and args:
            return linear(args[0], self.__dict__.get("weight"), self.__dict__.get("bias") if isinstance(self.__dict__.get("bias"), Parameter) else None)
        own = [one for one in self.__dict__.values() if isinstance(one, Parameter)] if self._lab_ref is None else []
        links = links_of((*args, *kwargs.values(), *own))
        if self._lab_ref is not None and not self._lab_below:
            links = (*links, Link(self._lab_ref, "weight"))
        return Tensor(f"{type(self).__name__}()(…)", links)


class Parallel(Module):
    """DataParallel and its kin: the module inside, on more devices."""

    def __init__(self, module=None, *args, **kwargs):
        object.__setattr__(self, "module", module)

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def no_sync(self):
        return Placeholder("no_sync()")


class Sharded(Parallel):
    """FullyShardedDataParallel: how it flattens parameters isn't modelled."""

    def __init__(self, module=None, *args, **kwargs):
        super().__init__(module)
        bridge.unmodelled("torch.distributed.fsdp.FullyShardedDataParallel")
