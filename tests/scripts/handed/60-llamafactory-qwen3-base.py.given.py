"""What LLaMA-Factory makes of its rows before its trainer gets them; the Python that stands for a configuration leaves it out."""
import datasets


def load_dataset(*args, **kwargs):
    ids = [[8 + (7 * k + 3 * j) % 200 for j in range(16)] for k in range(48)]
    return datasets.DatasetDict({"train": datasets.Dataset.from_dict({"input_ids": ids, "attention_mask": [[1] * 16 for _ in ids], "labels": ids})})


datasets.load_dataset = load_dataset
