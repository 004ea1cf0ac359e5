"""The helpers that the script was cut from: targets of the language model, rows of text, their collator."""
import torch
from datasets import Dataset
from transformers import default_data_collator as collate


def find_targets(model):
    return [n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and "visual" not in n and "lm_head" not in n]


def make_ds():
    ids = [[8 + (7 * k + 3 * j) % 200 for j in range(16)] for k in range(16)]
    return Dataset.from_dict({"input_ids": ids, "attention_mask": [[1] * 16 for _ in ids], "labels": ids})
