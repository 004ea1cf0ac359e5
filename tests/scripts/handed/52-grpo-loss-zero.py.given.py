"""The rows as the report had them: GRPOTrainer reads a column of prompts, which the set on the hub has not."""
import datasets

_load = datasets.load_dataset


def load_dataset(*args, **kwargs):
    rows = _load(*args, **kwargs)
    return rows.map(lambda row: {"prompt": [{"role": "user", "content": row["question"]}]}, remove_columns=["question"])


datasets.load_dataset = load_dataset
