"""A CPU that behaves as a CUDA device where that decides: `cuda` is the CPU under another name, bf16 and fp16 are allowed, a
gradient scaler refuses half-precision gradients, half-precision arithmetic that a CPU lacks is done in float32.

Before torch 2.3 autocast to float16 is autocast to bfloat16 (the CPU's), which changes numbers and no wiring.
"""

import contextlib
import functools
import os
import sys

import torch
from packaging.version import Version

from ground_truth_quant import NotRun

TORCH = Version(torch.__version__.split("+")[0])
SCRIPT: list[str] = []  # files of the script: they are told that there is a GPU
TOLD_YES = {"is_bitsandbytes_available", "validate_environment", "from_pretrained", "is_torch_bf16_gpu_available", "_is_bnb_available"}


def as_cpu(device):
    if isinstance(device, int) and not isinstance(device, bool):
        return torch.device("cpu")
    if isinstance(device, torch.device):
        return torch.device("cpu") if device.type in ("cuda", "xpu", "mps", "npu") else device
    if isinstance(device, str) and device.split(":")[0] in ("cuda", "xpu", "mps", "npu"):
        return torch.device("cpu")
    return device


def converted(args, kwargs):
    args = tuple(as_cpu(a) for a in args)
    if "device" in kwargs:
        kwargs = {**kwargs, "device": as_cpu(kwargs["device"])}
    return args, kwargs


def patch_moves() -> None:
    for owner in (torch.Tensor, torch.nn.Module):
        original = owner.to

        def to(self, *args, _original=original, **kwargs):
            args, kwargs = converted(args, kwargs)
            return _original(self, *args, **kwargs)

        owner.to = to
        owner.cuda = lambda self, *args, **kwargs: self
    for name in ("tensor", "zeros", "ones", "full", "empty", "arange", "rand", "randn", "randint", "as_tensor", "zeros_like", "ones_like", "full_like", "empty_like", "linspace", "eye", "randperm"):
        function = getattr(torch, name)

        def make(*args, _function=function, **kwargs):
            if "device" in kwargs:
                kwargs["device"] = as_cpu(kwargs["device"])
            if kwargs.get("pin_memory"):
                kwargs["pin_memory"] = False
            return _function(*args, **kwargs)

        setattr(torch, name, make)
    torch.jit.script = lambda function=None, *args, **kwargs: function  # it cannot read the functions above
    torch.compile = uncompiled
    attention = torch.nn.functional.scaled_dot_product_attention

    @functools.wraps(attention)
    def attend(query, key, value, attn_mask=None, *args, **kwargs):
        # Under CUDA's autocast the mask is cast with the rest.
        if attn_mask is not None and attn_mask.is_floating_point():
            attn_mask = attn_mask.to(query.dtype)
        return attention(query, key, value, attn_mask, *args, **kwargs)

    torch.nn.functional.scaled_dot_product_attention = attend
    generator = torch.Generator
    torch.Generator = lambda device=None: generator()


def uncompiled(model=None, **kwargs):
    """What a compiler makes of the functions above is nobody's program."""
    from ground_truth_hub import changed

    changed("torch.compile left the model as it was")
    return (lambda function: function) if model is None else model


def patch_cuda_facts() -> None:
    real = torch.cuda.is_available

    def is_available():
        frame = sys._getframe(1)
        return frame.f_code.co_filename in SCRIPT or frame.f_code.co_name in TOLD_YES or real()

    torch.cuda.is_available = is_available
    facts = {
        "is_bf16_supported": True, "current_device": 0, "get_device_name": "stand-in", "get_device_capability": (8, 0), "empty_cache": None,
        "memory_allocated": 0, "max_memory_allocated": 0, "memory_reserved": 0, "max_memory_reserved": 0, "reset_peak_memory_stats": None,
        "synchronize": None, "manual_seed_all": None, "manual_seed": None, "set_device": None, "memory_summary": "", "mem_get_info": (2**34, 2**34), "ipc_collect": None,
    }
    for name, value in facts.items():
        setattr(torch.cuda, name, lambda *args, _value=value, **kwargs: _value)
    properties = type("Properties", (), {"total_memory": 2**34, "name": "stand-in", "major": 8, "minor": 0})()
    torch.cuda.get_device_properties = lambda *args: properties
    counted = torch.cuda.device_count
    torch.cuda.device_count = lambda: 1 if sys._getframe(1).f_code.co_filename in SCRIPT else counted()


class Scaler:
    """torch's GradScaler without CUDA: scales, unscales in place, refuses gradients in half precision."""

    def __init__(self, device=None, init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        self._enabled, self.factor, self.unscaled = enabled, float(init_scale), set()
        self._scale = torch.tensor(self.factor)

    def is_enabled(self):
        return self._enabled

    def get_scale(self):
        return self.factor if self._enabled else 1.0

    def scale(self, outputs):
        if not self._enabled:
            return outputs
        return outputs * self.factor if isinstance(outputs, torch.Tensor) else type(outputs)(self.scale(o) for o in outputs)

    def unscale_(self, optimizer):
        if not self._enabled:
            return
        if id(optimizer) in self.unscaled:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        self.unscaled.add(id(optimizer))
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    if p.grad.dtype == torch.float16:
                        raise ValueError("Attempting to unscale FP16 gradients.")
                    p.grad.div_(self.factor)

    def step(self, optimizer, *args, **kwargs):
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if id(optimizer) not in self.unscaled:
            self.unscale_(optimizer)
        grads = [p.grad for g in optimizer.param_groups for p in g["params"] if p.grad is not None]
        if not grads:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        return optimizer.step(*args, **kwargs) if all(bool(g.isfinite().all()) for g in grads) else None

    def update(self, new_scale=None):
        self.unscaled.clear()

    def state_dict(self):
        return {"scale": self.factor} if self._enabled else {}

    def load_state_dict(self, state):
        self.factor = state.get("scale", self.factor)


def patch_mixed_precision() -> None:
    import accelerate.accelerator
    import accelerate.utils.modeling
    import torch.cuda.amp
    import transformers.training_args

    on_cpu = torch.autocast

    class autocast(on_cpu):
        def __init__(self, device_type="cuda", dtype=None, enabled=True, cache_enabled=None):
            kind = "cpu" if str(device_type).startswith(("cuda", "cpu")) else device_type
            half = torch.float16 if TORCH >= Version("2.3") else torch.bfloat16
            wanted = half if dtype == torch.float16 or (dtype is None and str(device_type).startswith("cuda")) else dtype
            super().__init__(kind, dtype=wanted, enabled=enabled, cache_enabled=cache_enabled)

    class cuda_autocast(autocast):
        def __init__(self, enabled=True, dtype=torch.float16, cache_enabled=True):
            super().__init__("cuda", dtype, enabled, cache_enabled)

    cuda_scaler = type("GradScaler", (Scaler,), {"__init__": lambda self, *a, **k: Scaler.__init__(self, None, *a, **k)})
    torch.autocast = torch.amp.autocast = torch.amp.autocast_mode.autocast = autocast
    torch.cuda.amp.autocast = cuda_autocast
    torch.cuda.amp.GradScaler = torch.cuda.amp.grad_scaler.GradScaler = cuda_scaler
    torch.amp.GradScaler = Scaler
    accelerate.accelerator.get_grad_scaler = lambda *a, **k: Scaler(None, **{n: v for n, v in k.items() if n in ("init_scale", "enabled")})
    arguments = transformers.training_args
    for name in ("is_torch_bf16_gpu_available", "is_torch_bf16_cpu_available", "is_torch_tf32_available"):
        if hasattr(arguments, name):
            setattr(arguments, name, lambda *_: True)
    # Where there is a GPU no autocast stands around the whole loss: forward has its own. One around it keeps what was cast under no_grad.
    if hasattr(transformers.Trainer, "autocast_smart_context_manager"):
        transformers.Trainer.autocast_smart_context_manager = lambda self, *args, **kwargs: contextlib.nullcontext()
    patch_fp16()


def patch_fp16() -> None:
    """A CPU would be refused fp16 (old transformers), or given neither scaler nor autocast (accelerate)."""
    import accelerate
    import transformers

    make = accelerate.Accelerator.__init__

    @functools.wraps(make)
    def init(self, *args, **kwargs):
        make(self, *args, **kwargs)
        if self.mixed_precision == "fp16" and self.scaler is None:
            handler = getattr(self, "scaler_handler", None)
            self.native_amp, self.scaler = True, Scaler(**(handler.to_kwargs() if handler else {}))

    accelerate.Accelerator.__init__ = init
    check = transformers.TrainingArguments.__post_init__

    def post_init(self):
        for name in ("deepspeed", "fsdp"):
            if getattr(self, name, None):
                raise NotRun(f"{name} needs several devices")
        alone = getattr(self, "fp16", False) and not getattr(self, "bf16", False)
        if alone:
            self.fp16 = False
        check(self)
        if alone:
            self.fp16 = True
            if getattr(self, "half_precision_backend", None) == "auto":
                self.half_precision_backend = "cuda_amp"
            os.environ["ACCELERATE_MIXED_PRECISION"] = "fp16"

    transformers.TrainingArguments.__post_init__ = post_init


class HalfOnCpu(torch.overrides.TorchFunctionMode):
    """Functions that this torch lacks for half on a CPU run in float32 and give half back."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is torch.Tensor.backward:
            with self:  # checkpointed layers run once more inside it
                return torch.autograd.backward(*args, **{"grad_tensors" if k == "gradient" else k: v for k, v in kwargs.items()})
        try:
            return func(*args, **kwargs)
        except RuntimeError as error:
            if not ("Half" in str(error) and "not implemented" in str(error)) and not any(t in str(error) for t in ("at::autocast::prioritize", "mixed dtype (CPU)")):
                raise
        up = lambda t: t.float() if isinstance(t, torch.Tensor) and t.dtype == torch.float16 else t  # noqa: E731
        down = lambda t: t.half() if isinstance(t, torch.Tensor) and t.dtype == torch.float32 else t  # noqa: E731
        deep = lambda v, f: type(v)(deep(i, f) for i in v) if type(v) in (list, tuple) else f(v)  # noqa: E731
        return deep(func(*deep(args, up), **{k: deep(v, up) for k, v in kwargs.items()}), down)


def patch_all() -> None:
    patch_moves()
    patch_cuda_facts()
    patch_mixed_precision()
