"""Packing as TRL does it: bins of every strategy over rows of many lengths, and what the collator makes of packed rows."""

import hashlib

from datasets import Dataset
from encoding import versions, write
from trl import pack_dataset
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling


def lengths(rows: int, most: int) -> list[int]:
    """Scattered over 0..most, the same in packing.test.ts."""
    return [(i * i * 31 + i * 7 + 3) % (most + 1) for i in range(rows)]


def case(strategy: str, rows: int, most: int, length: int) -> dict:
    ids = [[1000 * row + i for i in range(n)] for row, n in enumerate(lengths(rows, most))]
    labels = [[-100 if i % 3 == 0 else x for i, x in enumerate(row)] for row in ids]
    packed = pack_dataset(Dataset.from_dict({"input_ids": ids, "labels": labels}), length, strategy)
    flat = ",".join("|".join(map(str, r["input_ids"])) + ";" + "|".join(map(str, r["labels"])) for r in packed)
    entry = {"strategy": strategy, "rows": rows, "most": most, "length": length, "sequences": len(packed)}
    if "seq_lengths" in packed.column_names:
        entry["documents"] = [r["seq_lengths"] for r in packed][:40]
    collator = DataCollatorForLanguageModeling(0, padding_free=strategy != "wrapped")
    two = [packed[i] for i in range(min(2, len(packed)))]
    batch = collator(two)
    entry["collated"] = {key: batch[key].tolist() for key in ("input_ids", "labels", "position_ids") if key in batch}
    return entry | {"sha256": hashlib.sha256(flat.encode()).hexdigest()[:16]}


cases = [
    case(strategy, rows, most, length)
    for strategy in ("bfd", "bfd_split", "wrapped")
    for rows, most, length in ((12, 9, 10), (40, 30, 16), (2300, 40, 24))
]
write("packing.json", {"about": "trl.pack_dataset and its collator", "versions": versions("trl", "datasets"), "cases": cases})
