"""See the package."""

from .. import QuantState, dequantize_4bit, quantize_4bit  # noqa: F401


def int8_vectorwise_dequant(a, stats):
    return a * stats.view(-1, 1) / 127


def dequantize_blockwise(a, *_, **__):
    return a
