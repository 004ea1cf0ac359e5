"""The optimisers' names; each is torch's AdamW or SGD."""

import torch


class GlobalOptimManager:
    @classmethod
    def get_instance(cls):
        return cls()

    def register_module_override(self, *_, **__):
        return None


def _as(base, *kept):
    class Stand(base):
        def __init__(self, params, lr=1e-3, **kwargs):
            super().__init__(params, lr=lr, **{k: v for k, v in kwargs.items() if k in kept})

    return Stand


AdamW = AdamW8bit = AdamW32bit = PagedAdamW = PagedAdamW8bit = PagedAdamW32bit = _as(torch.optim.AdamW, "betas", "eps", "weight_decay")
Adam = Adam8bit = Adam32bit = PagedAdam = PagedAdam8bit = PagedAdam32bit = _as(torch.optim.Adam, "betas", "eps", "weight_decay")
SGD = SGD8bit = Lion = Lion8bit = PagedLion8bit = PagedLion32bit = _as(torch.optim.SGD, "weight_decay")
