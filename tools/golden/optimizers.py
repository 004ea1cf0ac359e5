"""Writes tests/golden/optimizers.json: five steps of each optimiser that Trainer offers here, and factors of every schedule.

The optimisers are made as transformers' Trainer makes them: torch.optim.SGD, bitsandbytes' Lion in 32 bits, transformers'
Adafactor with an external learning rate. Schedules come from get_scheduler.
"""

import torch
from bitsandbytes.optim import Lion
from transformers import get_scheduler
from transformers.optimization import Adafactor

from encoding import b64, versions, write

STEPS, LR, DECAY = 5, 0.01, 0.1
MAKERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=LR, weight_decay=DECAY),
    "lion_32bit": lambda p: Lion(p, lr=LR, betas=(0.9, 0.95), weight_decay=DECAY, optim_bits=32),
    "adafactor": lambda p: Adafactor(p, lr=LR, scale_parameter=False, relative_step=False, weight_decay=DECAY),
}
SCHEDULES = [
    ("linear", {}), ("cosine", {}), ("cosine", {"num_cycles": 1.5}), ("cosine_with_restarts", {"num_cycles": 3}), ("constant", {}),
    ("constant_with_warmup", {}), ("polynomial", {}), ("polynomial", {"lr_end": 0.002, "power": 2.0}), ("inverse_sqrt", {}),
    ("inverse_sqrt", {"timescale": 7}), ("warmup_stable_decay", {"num_decay_steps": 8}),
    ("warmup_stable_decay", {"num_decay_steps": 8, "decay_type": "linear", "min_lr_ratio": 0.1}),
    ("warmup_stable_decay", {"num_decay_steps": 8, "num_stable_steps": 5, "decay_type": "1-sqrt", "warmup_type": "cosine"}),
    ("cosine_with_min_lr", {"min_lr": 0.001}), ("cosine_with_min_lr", {"min_lr_rate": 0.2, "num_cycles": 1.0}),
]


def steps(make) -> dict:
    torch.manual_seed(7)
    shapes = [(4, 16), (24, 4), (12,)]
    tensors = [torch.nn.Parameter(torch.randn(s) * 0.3) for s in shapes]
    optimizer = make(tensors)
    start = [b64(t) for t in tensors]
    grads, after = [], []
    for _ in range(STEPS):
        for t in tensors:
            t.grad = torch.randn(t.shape) * 0.2
        grads.append([b64(t.grad) for t in tensors])
        optimizer.step()
        after.append([b64(t) for t in tensors])
    return {"shapes": shapes, "start": start, "grads": grads, "after": after}


def factors(name: str, kwargs: dict, warmup: int, total: int = 24) -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    schedule = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=total, scheduler_specific_kwargs=kwargs)
    rates = []
    for _ in range(total):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return rates


write("optimizers.json", {
    "versions": versions("torch", "transformers", "bitsandbytes"), "learningRate": LR, "weightDecay": DECAY,
    "optimizers": {name: steps(make) for name, make in MAKERS.items()},
    "schedules": [{"type": n, "kwargs": k, "warmup": w, "rates": factors(n, k, w)} for n, k in SCHEDULES for w in (0, 4)],
}, depth=2)
