"""bitsandbytes on a CPU for stacks whose bitsandbytes needs CUDA: the classes that transformers and PEFT look at, storing
real packed weights that take no gradient and pass one to their input. Its numbers are rough; wiring does not depend on them.
Only ground_truth.py puts it on the path, and only where no bitsandbytes is installed.
"""

import torch
import torch.nn.functional as F

__version__ = "0.43.3"


class QuantState:
    def __init__(self, absmax, shape, dtype, blocksize, quant_type):
        self.absmax, self.shape, self.dtype, self.blocksize, self.quant_type = absmax, shape, dtype, blocksize, quant_type
        self.nested, self.state2, self.offset, self.code = False, None, None, None


def quantize_4bit(a, blocksize=64, compress_statistics=False, quant_type="fp4", **_):
    flat = a.detach().float().reshape(-1)
    pad = -flat.numel() % blocksize
    blocks = F.pad(flat, (0, pad)).reshape(-1, blocksize)
    absmax = blocks.abs().amax(1).clamp_min(1e-8)
    codes = ((blocks / absmax[:, None] * 7).round() + 8).to(torch.uint8).reshape(-1)
    packed = (codes[0::2] << 4) | codes[1::2]
    return packed[: (a.numel() + 1) // 2].reshape(-1, 1), QuantState(absmax, a.shape, a.dtype, blocksize, quant_type)


def dequantize_4bit(packed, quant_state=None, *_, **__):
    state, size = quant_state, quant_state.shape.numel()
    flat = packed.reshape(-1)
    codes = torch.stack([flat >> 4, flat & 15], 1).reshape(-1)
    pad = state.absmax.numel() * state.blocksize - codes.numel()
    values = (F.pad(codes, (0, pad), value=8).float() - 8) / 7
    return (values.reshape(-1, state.blocksize) * state.absmax[:, None]).reshape(-1)[:size].reshape(state.shape).to(state.dtype)


def matmul_4bit(x, weight, quant_state=None, out=None, bias=None):
    return F.linear(x, dequantize_4bit(weight.data.reshape(-1, 1), quant_state).to(x.dtype), bias)


from . import functional, nn, optim  # noqa: E402, F401
