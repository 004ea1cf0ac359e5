"""Modules that a script makes itself: lists of others, layers, wrappers for more devices. Leaves out the tree (modules.py)."""

from . import bridge
from .modules import Module
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


class Layer(Module):
    """A layer that the script makes: it has parameters of its own, and what goes through it stays linked."""

    def forward(self, *args, **kwargs):
        links = links_of((*args, *kwargs.values()))
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
