"""Writes tests/golden/random.json: torch's MT19937, PEFT's LoRA initialisation, the order of training data.

Every count of draws is measured by comparing generator states, not assumed. README.md says what follows from them.
"""

import tempfile

import numpy as np
import torch
from peft import LoraConfig, VeraConfig, get_peft_model
from torch.utils.data import Dataset
from transformers import LlamaForCausalLM, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

from encoding import b64, sha256, versions, write
from tiny import tiny_config

torch.set_num_threads(1)
logging.set_verbosity_error()
SEEDS = [0, 1, 42, 2**31 + 5, 2**32 + 7]
BLOCK = 624


def raw_u32(seed: int, count: int) -> list[int]:
    """First raw outputs of torch's generator: numpy's legacy generator uses the same init_genrand and tempering.

    torch has no call that returns all 32 bits, so the low 24 bits are checked against torch.rand.
    """
    raw = np.frombuffer(np.random.RandomState(seed & 0xFFFFFFFF).bytes(4 * count), dtype="<u4")
    rand = torch.rand(count, generator=torch.Generator().manual_seed(seed)).numpy()
    assert ((raw & 0xFFFFFF).astype(np.float32) * np.float32(2.0**-24) == rand).all()
    return raw.tolist()


def parts(state: torch.Tensor) -> tuple[int, bytes]:
    """(draws left in the block, the 624 words) of torch's CPU generator state: u64 seed, i32 left, i32 seeded, u64 next."""
    data = state.numpy().tobytes()
    return int.from_bytes(data[8:12], "little"), data[24 : 24 + BLOCK * 8]


def draws(before: torch.Tensor, after: torch.Tensor, limit: int = 50_000_000) -> int:
    """32-bit draws that lead from one generator state to the other."""
    g = torch.Generator()
    g.set_state(before)
    left, words = parts(after)
    count = 0
    while parts(g.get_state())[0] != left:
        torch.rand(1, generator=g)
        count += 1
    while parts(g.get_state())[1] != words:
        torch.rand(BLOCK, generator=g)
        count += BLOCK
        assert count < limit, "state not reached"
    return count


def generator_values() -> dict:
    out = {}
    for seed in SEEDS:
        g = torch.Generator().manual_seed(seed)
        rand = torch.rand(8, generator=g)
        u = torch.empty(1000).uniform_(-0.3, 0.7, generator=torch.Generator().manual_seed(seed))
        b = 1 / 64**0.5
        k = torch.empty(300).uniform_(-b, b, generator=torch.Generator().manual_seed(seed))
        out[str(seed)] = {
            "u32": raw_u32(seed, 8),
            "u32At1247": raw_u32(seed, 1248)[-1],  # the last word of the second block
            "rand": b64(rand),
            "uniform-0.3..0.7": {"first": b64(u[:8]), "sha256": sha256(u), "count": 1000},
            "uniform-1/8..1/8": {"first": b64(k[:8]), "sha256": sha256(k), "count": 300},
            "normal-1/4": [
                {"count": n, "sha256": sha256(torch.empty(n).normal_(0, 0.25, generator=torch.Generator().manual_seed(seed)))}
                for n in (16, 64, 1000, 8192)
            ],
        }
    return out


def permutations() -> list:
    rows = []
    for seed in SEEDS:
        for n in (1, 2, 10, 48, 1000):
            g = torch.Generator().manual_seed(seed)
            before = g.get_state()
            order = torch.randperm(n, generator=g)
            rows.append({"seed": seed, "n": n, "draws": draws(before, g.get_state()), "order": order.tolist()})
    return rows


def lora_init(seed: int, tied: bool, **lora) -> dict:
    """Global generator seeded right before get_peft_model; A tensors in named_parameters() order."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(tiny_config(tied)).float()
    torch.manual_seed(seed)
    before = torch.get_rng_state()
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **lora))
    used = draws(before, torch.get_rng_state())
    tensors = [(n, p) for n, p in model.named_parameters() if "lora_" in n]
    expected = sum(2 * p.numel() if "lora_A" in n else p.numel() for n, p in tensors)
    assert used == expected, (used, expected)
    assert all(not p.any() for n, p in tensors if "lora_B" in n)
    return {
        "seed": seed, "tied": tied, "lora": lora, "draws": used,
        "tensors": [{"name": n, "shape": list(p.shape), "sha256": sha256(p), "first": b64(p.reshape(-1)[:4])} for n, p in tensors],
    }


def vera_projections(key: int, **vera) -> dict:
    """The matrices that all modules of VeRA share, on the model of tiny.py."""
    model = get_peft_model(LlamaForCausalLM(tiny_config()), VeraConfig(task_type="CAUSAL_LM", projection_prng_key=key, **vera))
    a, b = model.base_model.vera_A["default"], model.base_model.vera_B["default"]
    return {"key": key, "r": vera["r"], "inFeatures": a.shape[1], "outFeatures": b.shape[0], "a": sha256(a), "b": sha256(b)}


def model_draws() -> dict:
    """What building and loading the base consumes from the global generator."""
    out = {}
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model = LlamaForCausalLM(tiny_config())
    out["LlamaForCausalLM(config)"] = draws(before, torch.get_rng_state())
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        torch.manual_seed(5)
        before = torch.get_rng_state()
        LlamaForCausalLM.from_pretrained(folder)
        out["from_pretrained"] = draws(before, torch.get_rng_state())
    return out


class Numbered(Dataset):
    def __init__(self, count: int):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return {"input_ids": torch.tensor([i, i]), "labels": torch.tensor([i, i])}


def data_order(rows: int, batch: int, seed: int, data_seed=None, drop_last: bool = False) -> dict:
    """Row numbers per batch and epoch as Trainer's own dataloader serves them, three epochs."""
    with tempfile.TemporaryDirectory() as folder:
        more = {} if data_seed is None else {"data_seed": data_seed}
        args = TrainingArguments(folder, per_device_train_batch_size=batch, seed=seed, use_cpu=True, report_to="none",
                                 dataloader_drop_last=drop_last, dataloader_pin_memory=False, **more)
        torch.manual_seed(1234)  # shows that only Trainer's own seeding counts
        trainer = Trainer(LlamaForCausalLM(tiny_config(vocab=2000)), args, train_dataset=Numbered(rows))
        loader = trainer.get_train_dataloader()
        before = torch.get_rng_state()
        epochs = []
        for epoch in range(3):
            if hasattr(loader, "set_epoch"):
                loader.set_epoch(epoch)
            epochs.append([b["input_ids"][:, 0].tolist() for b in loader])
        used = draws(before, torch.get_rng_state())
    for e, batches in enumerate(epochs):
        g = torch.Generator().manual_seed((seed if data_seed is None else data_seed) + e)
        flat = [i for b in batches for i in b]
        assert flat == torch.randperm(rows, generator=g).tolist()[: len(flat)]
    return {"rows": rows, "batch": batch, "seed": seed, "dataSeed": data_seed, "dropLast": drop_last,
            "globalDrawsOver3Epochs": used, "epochs": epochs}


def trainer_seeding() -> dict:
    """Trainer.__init__ calls set_seed(args.seed): states after it equal a fresh manual_seed, whatever came before."""
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(folder, seed=7, use_cpu=True, report_to="none")
        torch.manual_seed(999)
        Trainer(LlamaForCausalLM(tiny_config()), args, train_dataset=Numbered(4))
        after = torch.get_rng_state()
        set_seed(7)
        return {"drawsAfterSetSeedInTrainerInit": draws(torch.get_rng_state(), after)}


def main() -> None:
    all_seven = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    inits = [
        lora_init(42, False, r=4, lora_alpha=8, target_modules="all-linear"),
        lora_init(42, True, r=8, lora_alpha=16, target_modules="all-linear"),
        lora_init(0, False, r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"]),
        # The order in the list plays no part: modules are visited in module order.
        lora_init(0, False, r=8, lora_alpha=16, target_modules=["v_proj", "q_proj"]),
        lora_init(2**31 + 5, False, r=3, lora_alpha=3, target_modules=r".*\.(down_proj|o_proj)"),
        lora_init(7, False, r=16, lora_alpha=16, target_modules=all_seven + ["lm_head"]),
        lora_init(7, False, r=2, lora_alpha=4, target_modules=["gate_proj"], layers_to_transform=[1]),
        lora_init(7, False, r=2, lora_alpha=4, target_modules=["q_proj"], use_rslora=True, lora_dropout=0.1),
    ]
    assert [t["sha256"] for t in inits[2]["tensors"]] == [t["sha256"] for t in inits[3]["tensors"]]
    orders = [
        data_order(10, 4, 42),
        data_order(48, 8, 42),
        data_order(48, 5, 0),
        data_order(7, 1, 2**31 + 5),
        data_order(12, 4, 42, data_seed=3),
        data_order(10, 4, 42, drop_last=True),
    ]
    write(
        "random.json",
        {
            "about": "torch CPU generator (MT19937), peft LoRA init, Trainer data order; base64 of raw little-endian f32",
            "versions": versions("torch", "peft", "transformers", "accelerate"),
            "generator": generator_values(),
            "randperm": permutations(),
            "loraInit": inits,
            "veraProjections": [
                vera_projections(0, r=4, target_modules=["q_proj", "k_proj"]),
                vera_projections(2**31 + 5, r=17, target_modules=["v_proj", "gate_proj", "down_proj"]),
            ],
            "baseModelDraws": model_draws(),
            "trainerSeeding": trainer_seeding(),
            "dataOrder": orders,
        },
    )


main()
