"""The names of torch that decide or that branches ask for: gradient modes, autocast and scaling, optimisers, creation of tensors. All
others are placeholders that keep a tensor's way back. Leaves out modules."""

import contextlib
import functools

from . import bridge, library, lines, parameters, signature
from .library import Recorded, hand, mixins
from .placeholder import Placeholder, known_results, links_of
from .tensors import Device, Modes, Size, Tensor, backward, cut, dtype, dtypes


class GradMode(contextlib.ContextDecorator):
    """A context and a decorator that sets whether operations are recorded."""

    callee = "torch.set_grad_enabled"

    def __init__(self, mode: bool):
        self.mode = mode
        self.before = []

    def _recreate_cm(self):
        return type(self).__new__(type(self))._lab_copy(self.mode)

    def _lab_copy(self, mode):
        self.mode, self.before = mode, []
        return self

    def __call__(self, function):
        if isinstance(function, type):
            return function

        @functools.wraps(function)
        def inside(*args, **kwargs):
            with self._recreate_cm():
                return function(*args, **kwargs)

        return inside

    def __enter__(self):
        self.before.append(self._lab_now())
        self._lab_set(self.mode)
        return self

    def __exit__(self, *raised):
        self._lab_set(self.before.pop())
        return False

    def _lab_now(self):
        return Modes.grad

    def _lab_set(self, mode):
        if mode != Modes.grad:
            bridge.call(self.callee, None, [mode])
        Modes.grad = mode


class no_grad(GradMode):
    def __init__(self, function=None):
        super().__init__(False)

    def __new__(cls, function=None):
        made = super().__new__(cls)
        if callable(function):
            made._lab_copy(False)
            return made(function)
        return made


class enable_grad(no_grad):
    def __init__(self, function=None):
        GradMode.__init__(self, True)

    def __new__(cls, function=None):
        made = object.__new__(cls)
        return made._lab_copy(True)(function) if callable(function) else made


class set_grad_enabled(GradMode):
    """Sets at once; as a context it sets back."""

    def __init__(self, mode):
        super().__init__(bool(mode))
        self.before = [Modes.grad]
        self._lab_set(self.mode)

    def __enter__(self):
        return self


class inference_mode(GradMode):
    callee = "torch.inference_mode"

    def __new__(cls, mode=True):
        made = object.__new__(cls)
        return made._lab_copy(True)(mode) if callable(mode) and not isinstance(mode, Placeholder) else made

    def __init__(self, mode=True):
        super().__init__(bool(mode))

    def _lab_now(self):
        return Modes.inference

    def _lab_set(self, mode):
        if mode != Modes.inference:
            bridge.call(self.callee, None, [mode])
        Modes.inference = mode


def autocast_of(path: str):
    """torch.autocast under one of its names, each with its own signature."""

    class autocast(contextlib.ContextDecorator):
        def __init__(self, *args, **kwargs):
            if path in signature.chosen.calls:
                signature.bind(path, self, args, kwargs)
            self.given = (args, kwargs)

        def __enter__(self):
            bridge.call(path, None, *self.given)
            return self

        def __exit__(self, *raised):
            bridge.call("torch.autocast.__exit__", None, [])
            return False

    autocast._lab_path = path
    return autocast


class GradScaler:
    """torch.amp.GradScaler: the loss that it scales leads back to the model."""

    def __init__(self, *args, **kwargs):
        self._lab_ref = bridge.call("torch.amp.GradScaler", None, args, kwargs).get("value")

    def _lab_reference(self):
        return self._lab_ref if isinstance(self._lab_ref, dict) and "ref" in self._lab_ref else None

    def scale(self, loss):
        if not isinstance(loss, Placeholder):
            return loss
        scaled = Tensor("scaled loss", tuple(one.changed(scaled="GradScaler") for one in loss._lab_links), of_result=False)
        object.__setattr__(scaled, "_lab_forced", getattr(loss, "_lab_forced", False))
        return scaled

    def step(self, optimizer, *args, **kwargs):
        bridge.call("torch.amp.GradScaler.step", self, [optimizer])

    def unscale_(self, optimizer):
        bridge.call("torch.amp.GradScaler.unscale_", self, [optimizer])

    def update(self, *args, **kwargs):
        return None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Placeholder(f"scaler.{name}")


class Optimizer(Recorded):
    """torch.optim.Optimizer"""

    def _lab_constructed(self):
        params = self.__dict__.get("params")
        groups = params if isinstance(params, list) and params and isinstance(params[0], dict) else [{"params": params}]
        groups = [dict(one) | {"lr": one.get("lr", self.__dict__.get("lr", 1e-3))} for one in groups]
        object.__setattr__(self, "param_groups", groups)

    def step(self, closure=None):
        bridge.call("torch.optim.Optimizer.step", self, [])

    def zero_grad(self, set_to_none=True):
        bridge.call("torch.optim.Optimizer.zero_grad", self, [])

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        return None

    def add_param_group(self, group):
        bridge.call("torch.optim.Optimizer.add_param_group", self, [group])


def optimizer_pattern(library_name: str, name: str, full: str):
    """Optimisers that no table lists."""
    if not (full.startswith(("torch.optim.", "bitsandbytes.optim.")) and full.count(".") == 2 and name[0].isupper()):
        return None
    base, path = library.make("torch.optim.Optimizer"), full

    def __init__(self, params, *args, **kwargs):
        params = library.listed(params if isinstance(params, list) else list(params))
        library.construct(self, path, [params, *args], kwargs, {"params": params, **kwargs})

    return type(name, (base,), {"_lab_path": path, "__init__": __init__})


SIZED = {"zeros", "ones", "empty", "rand", "randn", "full"}
"""What is made by its sizes; full has its value behind them. The others are made of values."""


def shape_given(name: str, args, kwargs):
    """torch.empty(8, 64), torch.empty((8, 64)) or torch.empty(size=(8, 64)); None: not told, or no sizes."""
    if name not in SIZED:
        return None
    sizes = kwargs["size"] if "size" in kwargs else args[0] if args and (name == "full" or isinstance(args[0], (list, tuple))) else args
    return tuple(sizes) if isinstance(sizes, (list, tuple)) and sizes and all(type(one) is int for one in sizes) else None


def fresh(name: str):
    """torch.zeros and the like: a tensor that leads nowhere back."""

    def function(*args, **kwargs):
        kind = kwargs.get("dtype")
        made = Tensor(f"torch.{name}(…)", cut(links_of((*args, *kwargs.values())), "item"), kind, shape_given(name, args, kwargs), of_result=False)
        if name in ("zeros", "zeros_like"):
            object.__setattr__(made, "_lab_zero", True)
        return made.requires_grad_(True) if kwargs.get("requires_grad") is True else made

    function.__name__ = name
    return function


for _name in "tensor as_tensor zeros ones empty full rand randn randint arange linspace zeros_like ones_like rand_like randn_like from_numpy".split():
    hand[f"torch.{_name}"] = fresh(_name)
for _name, _kind in dtypes.items():
    hand[f"torch.{_name}"] = _kind


def tensor_class(name: str):
    """torch.LongTensor and its kin: makes a tensor as torch.tensor does, and stands in isinstance."""

    class Kind(type):
        def __call__(cls, *args, **kwargs):
            return fresh("tensor")(*args, **kwargs)

        def __instancecheck__(cls, value):
            return isinstance(value, Tensor)

    return Kind(name, (), {"__module__": "torch"})


for _name in ("LongTensor", "FloatTensor", "IntTensor", "BoolTensor"):
    hand[f"torch.{_name}"] = tensor_class(_name)


def load(*args, **kwargs):
    return Placeholder("torch.load()")


def autograd_backward(tensors, *args, **kwargs):
    for one in tensors if isinstance(tensors, (list, tuple)) else [tensors]:
        backward(one, kwargs, "torch.autograd.backward")


def autograd_grad(outputs, *args, **kwargs):
    backward(outputs[0] if isinstance(outputs, (list, tuple)) else outputs, kwargs, "torch.autograd.backward")
    return Placeholder("torch.autograd.grad(…)")


def checkpoint(function, *args, **kwargs):
    """The function's own result: what checkpointing does to a tree is the wiring's, in a module of the script's own it isn't modelled."""
    bridge.note("not-modelled", lines.user_line(), "checkpoint() around the script's own modules", "对脚本自身模块的 checkpoint()", "checkpoint")
    own = ("use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug", "early_stop")
    return function(*args, **{name: value for name, value in kwargs.items() if name not in own})


def compiled(model=None, **kwargs):
    """torch.compile, also as `@torch.compile(mode=…)`: what it compiles does the same."""
    return (lambda function: function) if model is None else model


class finfo:
    def __init__(self, kind=None):
        self.min, self.max, self.eps, self.tiny = -3.4e38, 3.4e38, 1e-7, 1e-38


hand.update({
    "torch.no_grad": no_grad, "torch.enable_grad": enable_grad, "torch.set_grad_enabled": set_grad_enabled,
    "torch.inference_mode": inference_mode, "torch.autograd.no_grad": no_grad, "torch.autocast": autocast_of("torch.autocast"),
    "torch.amp.autocast": autocast_of("torch.amp.autocast"), "torch.cuda.amp.autocast": autocast_of("torch.cuda.amp.autocast"),
    "torch.amp.GradScaler": GradScaler, "torch.cuda.amp.GradScaler": GradScaler,
    "torch.Tensor": Tensor, "torch.Size": Size, "torch.device": Device, "torch.load": load, "torch.finfo": finfo,
    "torch.nn.Parameter": parameters.Parameter, "torch.autograd.backward": autograd_backward, "torch.autograd.grad": autograd_grad,
    "torch.utils.checkpoint.checkpoint": checkpoint,
    "torch.is_grad_enabled": lambda: Modes.grad and not Modes.inference, "torch.is_tensor": lambda one: isinstance(one, Tensor),
    "torch.dtype": type(dtype("float32")), "torch.compile": compiled,
    "torch.save": lambda *args, **kwargs: None, "torch.jit.script": lambda one, *args: one,
})  # fmt: skip
mixins["torch.optim.Optimizer"] = Optimizer
library.patterns.insert(0, optimizer_pattern)

known_results.update({
    "torch.cuda.is_available": True, "torch.cuda.device_count": 1, "torch.cuda.current_device": 0, "torch.cuda.is_bf16_supported": True,
    "torch.cuda.get_device_capability": (8, 0), "torch.cuda.memory_allocated": 0, "torch.cuda.max_memory_allocated": 0,
    "torch.cuda.max_memory_reserved": 0, "torch.cuda.memory_reserved": 0, "torch.cuda.mem_get_info": (1 << 34, 1 << 34),
    "torch.cuda.get_device_name": "GPU", "torch.backends.mps.is_available": False, "torch.distributed.is_initialized": False,
    "torch.distributed.is_available": True, "torch.distributed.get_rank": 0, "torch.distributed.get_world_size": 1,
    "torch.xpu.is_available": False, "torch.npu.is_available": False, "torch.get_default_dtype": dtypes["float32"],
    "unsloth.is_bfloat16_supported": True, "unsloth.is_bf16_supported": True, "transformers.utils.is_flash_attn_2_available": True,
})  # fmt: skip
