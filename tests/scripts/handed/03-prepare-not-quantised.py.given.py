"""What makes the rows; it also gives the tokenizer the padding token that the collator asks for."""
from datasets import Dataset


def load_data(tokenizer):
    tokenizer.pad_token = tokenizer.eos_token
    ids = [[8 + (7 * k + 3 * j) % 200 for j in range(16)] for k in range(16)]
    return Dataset.from_dict({"input_ids": ids, "attention_mask": [[1] * 16 for _ in ids], "labels": ids})
