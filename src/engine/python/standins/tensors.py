"""Tensors as far as gradients need them: which output of a model a tensor came from, and whether the way back is cut. Parameters, whose
flags the wiring holds; dtypes; the gradient mode. Leaves out numbers: no tensor has a value."""

from . import bridge, lines, placeholder
from .placeholder import Placeholder, links_of, named
from .sizes import Device, Size


class Link:
    """A way back from a tensor to what the wiring knows: {ref, path} of an output, and what happened on the way."""

    __slots__ = ("ref", "path", "detached", "forced", "scaled", "line", "dead")

    def __init__(self, ref, path, detached=False, forced=False, scaled=None, line=0, dead=False):
        self.ref, self.path, self.detached, self.forced, self.scaled, self.line = ref, path, detached, forced, scaled, line
        self.dead = dead

    @property
    def own(self):
        """Whether it leads to a parameter that the script made itself, of which the wiring knows nothing; -1 is a method that is tried."""
        return self.ref < -1

    def key(self):
        return (self.ref, self.path, self.detached, self.forced, self.scaled, self.dead)

    def __eq__(self, other):
        return self.key() == other.key()

    def __hash__(self):
        return hash(self.key())

    def changed(self, **what):
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Link(**(fields | what))


class DType:
    """torch.float16 and the others."""

    def __init__(self, name: str):
        self.name = name
        self.is_floating_point = name.startswith(("float", "bfloat"))
        self.is_complex = name.startswith("complex")
        self.itemsize = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "int16": 2}.get(name, 1)

    def _lab_encode(self):
        return {"dtype": self.name}

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return (dtype, (self.name,))

    def __deepcopy__(self, memo):
        return self


_ALIASES = {"half": "float16", "float": "float32", "double": "float64", "long": "int64", "int": "int32", "short": "int16"}
_NAMES = "float16 bfloat16 float32 float64 int8 uint8 int16 int32 int64 bool complex64 float8_e4m3fn float8_e5m2".split()
dtypes = {name: DType(name) for name in _NAMES} | {}
dtypes |= {alias: dtypes[name] for alias, name in _ALIASES.items()}


def dtype(name: str) -> DType:
    return dtypes.get(name) or dtypes.setdefault(name, DType(name))


class Modes:
    grad = True
    inference = False


def cut(links: tuple, how: bool | str = True) -> tuple:
    """`how`: "item" where a number was made of it, rather than another tensor."""
    line = lines.user_line()
    return tuple(one if one.detached else one.changed(detached=how, forced=False, line=line) for one in links)


class Tensor(Placeholder):
    """A tensor without numbers."""

    _lab_dtype = None
    _lab_forced = False
    _lab_zero = False
    """Every number in it is zero, whatever the data."""

    def __init__(self, origin: str = "a tensor", links: tuple = (), kind=None, shape=None, of_result=True):
        if links and of_result and not (Modes.grad and not Modes.inference):
            links = cut(links)
        super().__init__(origin, links)
        if kind is not None:
            object.__setattr__(self, "_lab_dtype", kind)
        if shape is not None:
            object.__setattr__(self, "_lab_shape", tuple(shape))

    def _lab_new(self, origin: str, *operands):
        links = links_of((self, *operands)) if operands else self._lab_links
        made = Tensor(origin, links, self._lab_dtype)
        if self._lab_zero and not operands:
            object.__setattr__(made, "_lab_zero", True)
        return made

    def _lab_as(self, kind):
        links = self._lab_links if kind.is_floating_point or kind.is_complex else cut(self._lab_links)
        return Tensor(self._lab_origin, links, kind)

    def _lab_reference(self):
        known = [one for one in self._lab_links if not one.own]
        live = [one for one in known if not one.detached] or known
        if not live or live[0].detached:
            return None
        return {"ref": live[0].ref, "path": live[0].path} if live[0].path else {"ref": live[0].ref}

    # --- what cuts the graph, or says that it isn't --------------------------------------------------------------------------------

    def detach(self):
        return Tensor(f"{self._lab_origin}.detach()", cut(self._lab_links), self._lab_dtype, of_result=False)

    detach_ = detach

    @property
    def data(self):
        return Tensor(f"{self._lab_origin}.data", cut(self._lab_links), self._lab_dtype, of_result=False)

    @data.setter
    def data(self, value):
        pass

    def item(self):
        return Tensor(f"{self._lab_origin}.item()", cut(self._lab_links, "item"), of_result=False)

    numpy = tolist = item

    @property
    def requires_grad(self):
        if self._lab_forced:
            return True
        for one in self._lab_links:
            if not one.detached:
                if one.own:
                    return True
                return bridge.ask_attribute(one.ref, one.path, "requires_grad")
        return False

    @requires_grad.setter
    def requires_grad(self, value):
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True):
        object.__setattr__(self, "_lab_forced", bool(requires_grad))
        forced = tuple(one.changed(forced=bool(requires_grad)) for one in self._lab_links)
        object.__setattr__(self, "_lab_links", forced)
        return self

    @property
    def grad_fn(self):
        return Placeholder(f"{self._lab_origin}.grad_fn") if self.requires_grad else None

    def backward(self, *args, **kwargs):
        backward(self, kwargs)

    def __setattr__(self, name, value):
        if name in ("requires_grad", "data", "grad"):
            object.__setattr__(self, name, value)
        else:
            self.__dict__[name] = value

    # --- shapes and kinds -----------------------------------------------------------------------------------------------------------

    @property
    def dtype(self):
        return self._lab_dtype or dtypes["float32"]

    @property
    def shape(self):
        return Size(self.__dict__.get("_lab_shape") or (2, 8))

    def size(self, dim=None):
        return self.shape if dim is None else self.shape[dim]

    def dim(self):
        return len(self.shape)

    @property
    def ndim(self):
        return len(self.shape)

    def numel(self):
        total = 1
        for one in self.shape:
            total *= one
        return total

    nelement = numel

    def element_size(self):
        return self.dtype.itemsize

    @property
    def device(self):
        return Device("cuda:0")

    is_cuda = True

    def to(self, *args, **kwargs):
        kinds = [one for one in (*args, *kwargs.values()) if isinstance(one, DType)]
        return self._lab_as(kinds[0]) if kinds else self

    type = to

    def half(self):
        return self._lab_as(dtypes["float16"])

    def bfloat16(self):
        return self._lab_as(dtypes["bfloat16"])

    def float(self):
        return self._lab_as(dtypes["float32"])

    def long(self):
        return self._lab_as(dtypes["int64"])

    def cuda(self, *args, **kwargs):
        return self

    cpu = contiguous = pin_memory = cuda

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def register_hook(self, hook):
        return Placeholder("hook")

    def retain_grad(self):
        return None

    def __len__(self):
        return self.shape[0] if self.shape else 0

    def __contains__(self, item):
        return True


probed: list = []
"""The losses on which a tried method called backward()."""


def backward(tensor, kwargs: dict, callee: str = "torch.Tensor.backward", scaled: str | None = None):
    """Tells the wiring what became of the loss on its way to backward()."""
    if bridge.state.probing:
        probed.append(tensor)
        return
    every = tensor._lab_links if isinstance(tensor, Placeholder) else ()
    links = [one for one in every if not one.own]
    own = {one.ref for one in every if one.own and not one.detached}
    live = next((one for one in links if not one.detached), None)
    link = live or (links[0] if links else None)
    told = {"detached": live is None and (link.detached if link is not None else True), "requires_grad_set": bool(getattr(tensor, "_lab_forced", False) or (link and link.forced))}
    if link is not None and link.detached and link.line:
        told["cut_at_line"] = link.line
    way = scaled or (link.scaled if link is not None else None)
    if way is not None:
        told["scaled_by"] = way
    if own:
        told["own"] = len(own)
    if kwargs.get("retain_graph"):
        told["retain_graph"] = True
    others = [{"ref": one.ref, "path": one.path} for one in links if one is not link and not one.detached]
    if others:
        told["also"] = [Raw(one) for one in others]
    target = None if link is None else Raw({"ref": link.ref, "path": link.path} if link.path else {"ref": link.ref})
    unknown = link is None and not isinstance(tensor, Tensor)
    bridge.call(callee, target, [named(tensor)] if unknown else [], told)


class Raw:
    """A value that is encoded already."""

    def __init__(self, encoded):
        self.encoded = encoded

    def _lab_reference(self):
        return self.encoded


placeholder.set_tensor_class(Tensor)
