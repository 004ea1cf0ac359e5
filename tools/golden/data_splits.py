"""Writes tests/golden/data-splits.json: which configurations, splits and files `datasets` sees in a repository's folder, by its file names and by the
`configs:` of its README.

The folders stand here as lists of names; every file holds one row of its ending.
"""

import os
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import get_dataset_config_names, load_dataset_builder

from encoding import versions, write

# None: no README.
CASES = {
    "one file": (None, ["rows.jsonl"]),
    "shards named by their split": (
        None,
        ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
    ),
    "splits of own names": (None, ["data/train_sft-00000-of-00001.parquet", "data/test_gen-00000-of-00001.parquet"]),
    "names of splits": (None, ["train.csv", "valid.csv", "test.csv", "README.md"]),
    "other words for splits": (None, ["my_training.jsonl", "dev.jsonl", "some-eval-set.jsonl"]),
    "folders of splits": (None, ["train/a.jsonl", "train/b.jsonl", "validation/a.jsonl"]),
    "words inside words": (None, ["contest.jsonl", "trained.jsonl"]),
    "hidden files": (None, [".hidden.jsonl", "__pycache__/a.jsonl", "rows.jsonl", ".github/x.jsonl"]),
    "several kinds of files": (None, ["a.jsonl", "b.jsonl", "c.csv", "LICENSE", "notes.pdf"]),
    "configurations with files": (
        "configs:\n- config_name: main\n  data_files:\n  - split: train\n    path: main/train-*\n  - split: test\n    path: main/test-*\n"
        "- config_name: socratic\n  data_files: socratic/*.parquet\n",
        ["main/train-00000-of-00001.parquet", "main/test-00000-of-00001.parquet", "socratic/a.parquet", "socratic/b.parquet"],
    ),
    "lists of paths": (
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path:\n    - b.jsonl\n    - 'a*.jsonl'\n",
        ["a1.jsonl", "a2.jsonl", "b.jsonl", "c.jsonl"],
    ),
    "a list of files": ("configs:\n- config_name: default\n  data_files:\n  - a.jsonl\n  - deep/*.jsonl\n", ["a.jsonl", "deep/b.jsonl", "c.jsonl"]),
    "a folder each": (
        "configs:\n- config_name: en\n  data_dir: en\n- config_name: zh\n  data_dir: zh\n  default: true\n",
        ["en/train.jsonl", "en/test.jsonl", "zh/rows.jsonl"],
    ),
    "any depth": ("configs:\n- config_name: default\n  data_files: '**/*.jsonl'\n", ["a.jsonl", "x/b.jsonl", "x/y/c.jsonl"]),
    "other front matter": ("license: mit\ntags:\n- a\n", ["train.jsonl", "test.jsonl"]),
    "a train split and a nameless file": (None, ["train.jsonl", "extra.jsonl"]),
    "digits and question marks": ("configs:\n- config_name: default\n  data_files: 'part-[0-9]?.jsonl'\n", ["part-01.jsonl", "part-2.jsonl", "part-12.jsonl"]),
}


def fill(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if path.endswith(".parquet"):
        pq.write_table(pa.table({"text": ["a"]}), path)
        return
    text = {".jsonl": '{"text": "a"}\n', ".csv": "text\na\n"}.get(os.path.splitext(path)[1], "x\n")
    with open(path, "w") as file:
        file.write(text)


def seen(front: str | None, files: list[str]) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        for name in files:
            fill(os.path.join(folder, name))
        readme = None if front is None else f"---\n{front}---\n# Rows\n"
        if readme is not None:
            with open(os.path.join(folder, "README.md"), "w") as file:
                file.write(readme)
        configs = []
        for name in get_dataset_config_names(folder):
            builder = load_dataset_builder(folder, name)
            splits = [
                {"split": str(split), "files": [os.path.relpath(str(one), folder) for one in paths]}
                for split, paths in builder.config.data_files.items()
            ]
            configs.append({"name": name, "splits": splits})
        return {"readme": readme, "files": files, "configs": configs}


write("data-splits.json", {"versions": versions("datasets"), "cases": {name: seen(*case) for name, case in CASES.items()}})
