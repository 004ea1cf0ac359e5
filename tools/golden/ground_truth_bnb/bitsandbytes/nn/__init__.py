"""The layers and their parameters; attributes as the real ones have them, for transformers copies them by name."""

import torch
import torch.nn.functional as F

from .. import dequantize_4bit, matmul_4bit, quantize_4bit


def _leaves_meta(args, kwargs) -> bool:
    device = torch._C._nn._parse_to(*args, **kwargs)[0]
    return device is not None and device.type != "meta"


class Params4bit(torch.nn.Parameter):
    def __new__(cls, data=None, requires_grad=False, quant_state=None, blocksize=64, compress_statistics=True, quant_type="fp4", quant_storage=torch.uint8, module=None, bnb_quantized=False):
        self = torch.Tensor._make_subclass(cls, torch.empty(0) if data is None else data, requires_grad)
        self.blocksize, self.compress_statistics, self.quant_type, self.quant_state = blocksize, compress_statistics, quant_type, quant_state
        self.quant_storage, self.bnb_quantized, self.module = quant_storage, bnb_quantized, module
        return self

    def __deepcopy__(self, memo):
        new = type(self).__new__(type(self), self.data.clone(), self.requires_grad)
        new.__dict__.update(self.__dict__)
        return new

    def quantise(self):
        packed, self.quant_state = quantize_4bit(self.data, self.blocksize, quant_type=self.quant_type)
        self.data, self.bnb_quantized = packed, True
        if self.module is not None:
            self.module.quant_state = self.quant_state
        return self

    def cuda(self, device=None, **_):
        return self if self.bnb_quantized else self.quantise()

    def to(self, *args, **kwargs):
        if not self.bnb_quantized and self.device.type != "meta" and _leaves_meta(args, kwargs):
            return self.quantise()
        if self.bnb_quantized:
            return self
        new = Params4bit(super().to(*args, **kwargs), self.requires_grad)
        new.__dict__.update(self.__dict__)
        return new


class Linear4bit(torch.nn.Linear):
    def __init__(self, input_features, output_features, bias=True, compute_dtype=None, compress_statistics=True, quant_type="fp4", quant_storage=torch.uint8, device=None):
        super().__init__(input_features, output_features, bias, device)
        self.weight = Params4bit(self.weight.data, requires_grad=False, compress_statistics=compress_statistics, quant_type=quant_type, quant_storage=quant_storage, module=self)
        self.compute_dtype, self.compute_type_is_set, self.quant_state, self.quant_storage = compute_dtype, False, None, quant_storage

    def forward(self, x):
        kind = x.dtype
        if self.compute_dtype is not None:
            x = x.to(self.compute_dtype)
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return matmul_4bit(x, self.weight, self.weight.quant_state, bias=bias).to(kind)


LinearFP4 = LinearNF4 = Linear4bit


class MatmulLtState:
    def __init__(self, **more):
        self.CB = self.SCB = self.CxB = None
        self.is_training, self.use_pool = True, False
        self.__dict__.update(more)


class Int8Params(torch.nn.Parameter):
    def __new__(cls, data=None, requires_grad=False, has_fp16_weights=False, CB=None, SCB=None, **_):
        self = torch.Tensor._make_subclass(cls, torch.empty(0) if data is None else data, requires_grad)
        self.has_fp16_weights, self.CB, self.SCB = has_fp16_weights, CB, SCB
        return self

    def __deepcopy__(self, memo):
        new = type(self).__new__(type(self), self.data.clone(), self.requires_grad)
        new.__dict__.update(self.__dict__)
        return new

    def quantise(self):
        scale = self.data.float().abs().amax(1).clamp_min(1e-8)
        self.SCB, self.CB = scale, (self.data.float() / scale[:, None] * 127).round().to(torch.int8)
        self.data = self.CB
        return self

    def cuda(self, device=None, **_):
        return self if self.has_fp16_weights or self.CB is not None else self.quantise()

    def to(self, *args, **kwargs):
        if self.CB is None and not self.has_fp16_weights and self.device.type != "meta" and _leaves_meta(args, kwargs):
            return self.quantise()
        if self.CB is not None:
            return self
        new = Int8Params(super().to(*args, **kwargs), self.requires_grad)
        new.__dict__.update(self.__dict__)
        return new


class Linear8bitLt(torch.nn.Linear):
    def __init__(self, input_features, output_features, bias=True, has_fp16_weights=True, memory_efficient_backward=False, threshold=0.0, index=None, device=None):
        super().__init__(input_features, output_features, bias, device)
        self.index = index
        self.state = MatmulLtState(threshold=threshold, has_fp16_weights=has_fp16_weights, memory_efficient_backward=memory_efficient_backward)
        self.weight = Int8Params(self.weight.data, has_fp16_weights=has_fp16_weights, requires_grad=has_fp16_weights)

    def forward(self, x):
        self.state.is_training = self.training
        self.state.CB, self.state.SCB = self.weight.CB, self.weight.SCB
        weight = self.weight if self.weight.CB is None else self.weight.data.float() * self.weight.SCB[:, None] / 127
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return F.linear(x, weight.to(x.dtype), bias)


Embedding = StableEmbedding = torch.nn.Embedding
assert dequantize_4bit
