"""Runs one script that the product hands out, as it is, and prints the numbers of every step: `run_parity.py` in a folder with
train.py, `model` and rows.jsonl.

Nothing of the training is changed but for two things. TRL 1.x casts the adapters of a 4-bit model to bfloat16; a float32 engine
is compared with float32 adapters, so the mark that TRL looks at is hidden while the trainer is built. And bitsandbytes' CPU
kernel rounds block scales to a grid of 16 bits before it picks their 8-bit code (README.md, sft-embedded.json); the codes are
chosen exactly here, as its CUDA kernel and its own path in plain torch do. The noise of NEFTune, whose size and place stay the
library's, is drawn by the counter that the engine has instead of torch's generator; so are the masks of a model's own dropouts,
whose attention then runs eagerly, where its probabilities can be seen.
"""

import hashlib
import inspect
import json
import math

import bitsandbytes.functional
import numpy as np
import peft.tuners.lora.layer
import peft.utils.loftq_utils
import torch
import transformers
import trl
import trl.experimental.orpo
from transformers import TrainerCallback
from transformers.integrations import neftune
from transformers.utils import logging

torch.set_num_threads(1)
logging.set_verbosity_error()
logging.disable_progress_bar()
KEYS = ("loss", "grad_norm", "learning_rate", "mean_token_accuracy", "entropy", "eval_loss", "rewards/margins", "rewards/accuracies")
log, order, initial, squares = [], [], {}, {}


quantize_blockwise = bitsandbytes.functional.quantize_blockwise


def exact_codes(A, *args, **kwargs):
    codes, state = quantize_blockwise(A, *args, **kwargs)
    scale = (1.0 / state.absmax.clamp(min=1e-38)).repeat_interleave(state.blocksize)[: A.numel()]
    bounds = (state.code[:-1] + state.code[1:]) / 2
    exact = torch.bucketize((A.reshape(-1) * scale).clamp(-1, 1), bounds).to(torch.uint8).reshape(codes.shape)
    assert (exact.int() - codes.int()).abs().max() <= 1
    return exact, state


bitsandbytes.functional.quantize_blockwise = exact_codes


def philox(element: np.ndarray, stream: int, seed: int) -> np.ndarray:
    """Philox-2x32-10, first word (src/shaders/dropout/dropout_scale.wgsl)."""
    x, y, key = element.astype(np.uint64), np.full(element.shape, stream, np.uint64), np.uint64(seed)
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        product = x * np.uint64(0xD256D193)
        x, y = (product >> np.uint64(32)) ^ key ^ y, product & low
        key = (key + np.uint64(0x9E3779B9)) & low
    return x


def counted_noise(module, inputs, output):
    if not module.training:
        return output
    rows, tokens, width = output.shape
    size = module.neftune_noise_alpha / math.sqrt(tokens * width)
    padded = -(-tokens // 16) * 16
    row, token, column = np.indices(output.shape)
    seed = (space["args"].seed * 0x9E3779B1 + counted_noise.calls) % 2**32
    counted_noise.calls += 1
    random = (philox((row * padded + token) * width + column, 0xFFFFFFFF, seed) >> np.uint64(8)) * 2.0**-24
    return output + torch.from_numpy(((random * 2 - 1) * size).astype(np.float32))


counted_noise.calls = 0
neftune.neftune_post_forward_hook = counted_noise


FIRST_DROPOUT = 2**24


def counted_mask(x, rate: float, stream: int):
    """What hidden states [rows, tokens, width] or probabilities [rows, heads, queries, keys] are multiplied by."""
    seed = (space["args"].seed * 0x9E3779B1 + count_dropouts.calls) % 2**32
    if x.dim() == 3:
        row, token, column = np.indices(x.shape)
        padded = -(-x.shape[1] // 16) * 16
        element = (row * padded + token) * x.shape[2] + column
    else:
        row, head, query, key = np.indices(x.shape)
        padded = -(-x.shape[3] // 16) * 16
        element = ((row * padded + query) * x.shape[1] + head) * padded + key
    random = (philox(element, stream, seed) >> np.uint64(8)) * 2.0**-24
    return torch.from_numpy(np.where(random < np.float32(rate), 0.0, 1.0 / (1.0 - rate)).astype(np.float32))


def count_dropouts(model) -> None:
    """In the order in which a forward pass meets them: the first of all begins a micro-batch. Attention calls the function, with what
    its module says."""
    acting = [(name, m) for name, m in model.named_modules() if isinstance(m, torch.nn.Dropout) and m.p > 0 and "lora" not in name]
    if not acting:
        return
    model.set_attn_implementation("eager")
    attentions = [FIRST_DROPOUT + number for number, (name, _) in enumerate(acting) if name.endswith("attn_dropout")]

    def forward_of(module, stream: int):
        def forward(x):
            if not module.training:
                return x
            if stream == FIRST_DROPOUT:
                count_dropouts.calls += 1
                count_dropouts.attentions = iter(attentions)
            return x * counted_mask(x, module.p, stream)

        return forward

    for number, (_, module) in enumerate(acting):
        module.forward = forward_of(module, FIRST_DROPOUT + number)

    def functional(x, p=0.5, training=True, inplace=False):
        return x * counted_mask(x, p, next(count_dropouts.attentions)) if training and p > 0 else x

    torch.nn.functional.dropout = functional


count_dropouts.calls = -1


# LoftQ computes on CUDA or XPU and nowhere else.
source = inspect.getsource(peft.utils.loftq_utils.loftq_init)
assert '"cuda"' in source
exec(source.replace('"cuda"', '"cpu"'), peft.utils.loftq_utils.__dict__)
peft.tuners.lora.layer.loftq_init = peft.utils.loftq_utils.loftq_init


class Recorder(TrainerCallback):
    def on_train_begin(self, args, state, control, model=None, **kwargs):
        for name, tensor in model.named_parameters():
            if tensor.requires_grad:
                assert tensor.dtype is torch.float32, (name, tensor.dtype)
                squares[name] = float((tensor.detach().double() ** 2).sum())
                # Norms are sums, whose order is each side's own; what is drawn must be equal bit for bit.
                if "magnitude" in name or getattr(model.peft_config["default"], "init_lora_weights", None) in ("pissa", "olora", "loftq"):
                    continue
                initial[name] = hashlib.sha256(tensor.detach().numpy().tobytes()).hexdigest()[:16]

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and ("loss" in logs or "eval_loss" in logs):
            log.append({"step": state.global_step} | {k: float(logs[k]) for k in KEYS if k in logs})


def ids_of(row) -> tuple:
    """What tells a row from others, of a pair its chosen side."""
    if "prompt_ids" in row:
        return tuple(row["prompt_ids"] + row["chosen_ids"])
    return tuple(row["chosen_input_ids"] if "chosen_input_ids" in row else row["input_ids"])


def watched(trainer_class):
    original = trainer_class.__init__

    def init(self, model, *args, **kwargs):
        inner = model.get_base_model() if hasattr(model, "get_base_model") else model
        quantised = getattr(inner, "is_loaded_in_4bit", False)
        if quantised:
            inner.is_loaded_in_4bit = False
        original(self, model, *args, **kwargs)
        if quantised:
            inner.is_loaded_in_4bit = True
        count_dropouts(inner)
        self.add_callback(Recorder())
        collate = self.data_collator
        # Of equal rows the first stands for all. Batches are fetched ahead, so the model's mode does not tell which loop asks.
        position = {}
        for i, row in enumerate(self.train_dataset):
            position.setdefault(ids_of(row), i)

        def recording(batch):
            rows = [position.get(ids_of(row)) for row in batch]
            if None not in rows:
                order.append(rows)
            return collate(batch)

        self.data_collator = recording

    trainer_class.__init__ = init


# Whichever of them the script uses.
with open("train.py", encoding="utf-8") as file:
    text = file.read()
known = {"SFTTrainer": trl.SFTTrainer, "DPOTrainer": trl.DPOTrainer, "ORPOTrainer": trl.experimental.orpo.ORPOTrainer, "Trainer": transformers.Trainer}
watched(next(known[name] for name in known if f"trainer = {name}(" in text))
space = {"__name__": "__main__"}
with open("train.py", encoding="utf-8") as file:
    exec(compile(file.read(), "train.py", "exec"), space)
args = space["args"]
used = len([1 for entry in log if "loss" in entry]) * args.gradient_accumulation_steps
norm = sum(float((p.detach().double() ** 2).sum()) for p in space["trainer"].model.parameters() if p.requires_grad) ** 0.5
columns = [key for key in KEYS if any(key in entry for entry in log if "loss" in entry)]
result = {
    "initial": hashlib.sha256("".join(initial.values()).encode()).hexdigest()[:16],
    "initial_norm": sum(squares.values()) ** 0.5,
    "order": order[:used],
    "columns": columns,
    "steps": [[entry[key] for key in columns] for entry in log if "loss" in entry],
    "norm": norm,
    "total_flos": space["trainer"].state.total_flos,
}
evaluations = [[entry["step"], entry["eval_loss"]] for entry in log if "eval_loss" in entry]
if evaluations:
    result["evaluations"] = evaluations
print("RESULT " + json.dumps(result))
