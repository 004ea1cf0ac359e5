"""NF4 quantise-dequantise (block 64, bitsandbytes codebook) as a straight-through fake quantisation, so that the last
part of training sees the weights the page will use."""
import torch

CODE = torch.tensor([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
                     -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
                     0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])
BOUNDS = (CODE[1:] + CODE[:-1]) / 2


def roundtrip(w: torch.Tensor) -> torch.Tensor:
    blocks = w.reshape(-1, 64)
    absmax = blocks.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
    return (CODE[torch.bucketize(blocks / absmax, BOUNDS)] * absmax).reshape(w.shape)


class FakeNf4(torch.nn.Module):
    """Parametrisation: forward sees the 4-bit value, gradient passes straight through."""

    def forward(self, w: torch.Tensor) -> torch.Tensor:
        return w + (roundtrip(w.detach()) - w.detach())
