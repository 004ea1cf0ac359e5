"""Rows for scripts whose data nobody has: the columns of well-known sets, else those that the script itself names, else what its
trainer reads. Always 48 rows of some hundred characters.
"""

import ast
import re

COUNT = 48
HUB = [
    (r"guanaco|wikitext|tiny_?shakespeare|openwebtext|tinystories", ["text"]),
    (r"imdb|ag_news|rotten|yelp|amazon_polarity|sms_spam|banking77|emotion|tweet_eval", ["text", "label"]),
    (r"sst2|sst-2|cola", ["sentence", "label", "idx"]), (r"mrpc|rte|stsb|wnli", ["sentence1", "sentence2", "label", "idx"]),
    (r"qnli", ["question", "sentence", "label", "idx"]), (r"qqp", ["question1", "question2", "label", "idx"]), (r"mnli|snli|anli", ["premise", "hypothesis", "label"]),
    (r"dolly", ["instruction", "context", "response", "category"]), (r"alpaca", ["instruction", "input", "output", "text"]),
    (r"gsm8k|math_qa", ["question", "answer"]), (r"english_quotes", ["quote", "author", "tags"]),
    (r"ultrachat|no_robots|capybara|tulu|smoltalk|openassistant", ["messages"]), (r"sharegpt|finetome|slimorca|openhermes", ["conversations"]),
    (r"hh-rlhf|reward|anthropic", ["chosen", "rejected"]), (r"orca_dpo|dpo|ultrafeedback|preference|orpo|rlhf", ["prompt", "chosen", "rejected"]),
    (r"samsum|dialogsum", ["id", "dialogue", "summary"]), (r"xsum", ["document", "summary"]), (r"cnn_dailymail", ["article", "highlights"]),
    (r"billsum", ["text", "summary", "title"]), (r"conll|wnut|ner", ["tokens", "ner_tags"]), (r"squad", ["question", "context", "answers"]),
    (r"opus|wmt", ["translation"]), (r"financial_phrasebank", ["sentence", "label"]), (r"sql-create-context", ["question", "context", "answer"]),
    (r"code_?search|code_instructions|codealpaca", ["instruction", "input", "output"]), (r"tldr", ["prompt", "completion"]),
]
ROWS = {"e", "ex", "x", "r", "row", "rows", "example", "examples", "sample", "samples", "batch", "b", "item", "d", "data_point", "record", "line", "element", "point", "ds", "dataset", "data", "raw", "s", "m", "feature", "instance", "train", "train_dataset", "train_ds", "conv"}
NOT_COLUMNS = {"train", "test", "validation", "input_ids", "attention_mask", "role", "content", "from", "value", "labels", "en", "fr", "zh", "de", "id", "train_text", "token_type_ids", "unsupervised", "val", "eval"}


def named_columns(tree: ast.AST) -> list[str]:
    """Strings that subscript something that looks like a row, and keyword arguments that name a column."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            owner = node.value
            if isinstance(owner, ast.Subscript):
                owner = owner.value
            if isinstance(owner, ast.Name) and owner.id in ROWS and isinstance(node.ctx, ast.Load):
                found.append(node.slice.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and isinstance(node.func.value, ast.Name) and node.func.value.id in ROWS:
            found += [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if isinstance(node, ast.keyword) and node.arg in ("dataset_text_field", "remove_columns", "text_column", "columns", "column_names") and not isinstance(node.value, ast.Name):
            found += [c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
    return [c for c in dict.fromkeys(found) if c not in NOT_COLUMNS and re.fullmatch(r"[\w\u4e00-\u9fff -]+", c)]


def uses(tree: ast.AST, *names: str) -> bool:
    ids = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    return any(re.search(name, i) for name in names for i in ids)


def default_columns(tree: ast.AST) -> list[str]:
    if uses(tree, "^(DPO|ORPO|CPO)(Trainer|Config)$"):
        return ["prompt", "chosen", "rejected"]
    if uses(tree, "^RewardTrainer$"):
        return ["chosen", "rejected"]
    if uses(tree, "^KTO"):
        return ["prompt", "completion", "label"]
    if uses(tree, "^GRPO"):
        return ["prompt"]
    return ["text"] if uses(tree, "^SFT") else []


def words(seed: int, count: int = 30) -> str:
    state, out = seed * 7919 + 17, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append("abcdefghijklmnop"[state % 16] * (1 + state // 16 % 3) + "etaoin"[state // 64 % 6])
    return " ".join(out)


def value(column: str, i: int, tree: ast.AST):
    name = column.lower()
    if name in ("messages", "conversations", "conversation", "dialog", "chat"):
        old = any(isinstance(n, ast.Constant) and n.value == "from" for n in ast.walk(tree))
        pair = [("human" if old else "user", words(i, 8)), ("gpt" if old else "assistant", words(i + 1, 20))]
        return [{"from": r, "value": t} if old else {"role": r, "content": t} for r, t in pair]
    if name in ("label", "labels", "target", "score", "stars", "is_toxic", "intent", "category_id") and not uses(tree, "^KTO"):
        return i % 2
    if name == "label":
        return bool(i % 2)
    if name in ("idx", "index", "id"):
        return i
    if name in ("tokens", "words"):
        return words(i, 6).split()
    if name in ("ner_tags", "tags_ids"):
        return [(i + k) % 3 for k in range(6)]
    if name == "tags":
        return words(i, 2).split()
    if name == "answers":
        return {"text": [words(i, 2)], "answer_start": [0]}
    if name == "translation":
        return {"en": words(i, 8), "fr": words(i + 1, 8), "de": words(i + 2, 8), "zh": words(i + 3, 8)}
    return words(i + len(column), 12 if name in ("prompt", "question", "instruction", "input", "chosen", "rejected", "sentence") else 40)


def tokenised(tree: ast.AST) -> dict:
    """Rows that a plain Trainer can take as they are."""
    ids = [[8 + (7 * k + 3 * j) % 200 for j in range(16)] for k in range(COUNT)]
    labels = [list(row) for row in ids]
    if uses(tree, "ForSequenceClassification$") or uses(tree, "SEQ_CLS"):
        labels = [k % 2 for k in range(COUNT)]
    elif uses(tree, "ForTokenClassification$"):
        labels = [[(k + j) % 3 for j in range(16)] for k in range(COUNT)]
    return {"input_ids": ids, "attention_mask": [[1] * 16 for _ in ids], "labels": labels}


def dataset(tree: ast.AST, name: str | None = None):
    """One split. `name`: the hub id, None for rows that the script holds under a name of its own."""
    from datasets import Dataset

    columns: list[str] = []
    for pattern, known in HUB:
        if name and re.search(pattern, name, re.I):
            columns = list(known)
            break
    columns += [c for c in named_columns(tree) if c not in columns]
    columns = columns or default_columns(tree)
    if not columns:
        return Dataset.from_dict(tokenised(tree))
    rows = {c: [value(c, i, tree) for i in range(COUNT)] for c in columns}
    if name and re.search(r"guanaco", name, re.I):  # its rows are conversations in one text
        rows["text"] = [f"### Human: {words(i, 12)}### Assistant: {words(i + 1, 30)}" for i in range(COUNT)]
    if name and re.search("stsb", name, re.I) and "label" in rows:  # how alike two sentences are, from 0 to 5
        rows["label"] = [float(one) for one in rows["label"]]
    made = Dataset.from_dict(rows)
    return with_label_names(made, name) if name else made


def with_label_names(made, name: str):
    """A published set of classes knows their names: `features["label"].names`."""
    from datasets import ClassLabel

    if "label" not in made.column_names or not isinstance(made[0]["label"], int) or isinstance(made[0]["label"], bool):
        return made
    count = next((n for pattern, n in ((r"mnli|snli|anli", 3), (r"ag_news", 4), (r"emotion", 6), (r"yelp_review_full", 5), (r"banking77", 77)) if re.search(pattern, name, re.I)), 2)
    return made.cast_column("label", ClassLabel(names=[f"class_{i}" for i in range(count)]))


def loader(tree: ast.AST):
    from torch.utils.data import DataLoader

    return DataLoader(dataset_ready(tree), batch_size=2)


def dataset_ready(tree: ast.AST):
    from datasets import Dataset

    return Dataset.from_dict(tokenised(tree)).with_format("torch")


def patch_tables(tree: ast.AST) -> None:
    """pandas reads a file that nobody has as rows, too."""
    import os

    import pandas

    for name in ("read_csv", "read_json", "read_parquet", "read_excel", "read_pickle", "read_table"):
        original = getattr(pandas, name)

        def read(path=None, *args, _original=original, **kwargs):
            if isinstance(path, (str, os.PathLike)) and not os.path.exists(path):
                return dataset(tree, os.fspath(path)).to_pandas()
            return _original(path, *args, **kwargs)

        setattr(pandas, name, read)


def patch_rewards() -> None:
    """What a random model writes meets no format and answers no question, so that a script's own reward gives every completion the same, and
    a group without differences has no gradient, whatever the script does. The reward runs as it is (what it raises leaves); where all of
    its values are one, as a model's that knows a little would be, every second completion gets 1 more."""
    import functools
    import inspect

    import trl

    from ground_truth_hub import changed

    def told_apart(reward):
        if not inspect.isfunction(reward):
            return reward  # a model, or its name

        @functools.wraps(reward)
        def scored(*args, **kwargs):
            values = reward(*args, **kwargs)
            if isinstance(values, (list, tuple)) and len(values) > 1 and len(set(values)) == 1 and values[0] is not None:
                changed("every completion had the same reward; every second got 1 more")
                return [value + i % 2 for i, value in enumerate(values)]
            return values

        return scored

    for name in ("GRPOTrainer", "RLOOTrainer"):
        make = getattr(getattr(trl, name, None), "__init__", None)
        if make is None or "reward_funcs" not in inspect.signature(make).parameters:
            continue

        @functools.wraps(make)
        def init(self, *args, _make=make, **kwargs):
            bound = inspect.signature(_make).bind_partial(self, *args, **kwargs)
            given = bound.arguments.get("reward_funcs")
            if given is not None:
                bound.arguments["reward_funcs"] = [told_apart(f) for f in given] if isinstance(given, list) else told_apart(given)
            return _make(*bound.args, **bound.kwargs)

        getattr(trl, name).__init__ = init


def patch_all(tree: ast.AST) -> None:
    import datasets

    def load_dataset(path=None, name=None, *args, split=None, streaming=False, **kwargs):
        files = kwargs.get("data_files")
        key = f"{path} {name or ''} {files or ''}" if path not in ("json", "csv", "text", "parquet", "pandas") else str(files)
        one = dataset(tree, None if path in ("json", "csv", "parquet") and not files else ("text" if path == "text" else key))
        if streaming:
            one = one.to_iterable_dataset()
        if isinstance(split, (list, tuple)):
            return [one for _ in split]
        names = list(files) if isinstance(files, dict) else ["train", "validation", "test", "test_sft", "train_sft", "train_prefs", "test_prefs", "unsupervised"]
        return one if split is not None else datasets.DatasetDict({n: one for n in names})

    datasets.load_dataset = load_dataset
    datasets.load_from_disk = lambda *args, **kwargs: dataset(tree)
    from_list, from_dict, from_pandas = datasets.Dataset.from_list, datasets.Dataset.from_dict, datasets.Dataset.from_pandas
    for name in ("from_json", "from_csv", "from_parquet", "from_generator", "from_text"):
        original = getattr(datasets.Dataset, name, None)
        if name == "from_generator":
            continue
        setattr(datasets.Dataset, name, staticmethod(lambda *a, _o=original, **k: dataset(tree)))
    datasets.Dataset.from_list = classmethod(lambda cls, rows, *a, **k: rows if isinstance(rows, datasets.Dataset) else from_list(rows, *a, **k))
    datasets.Dataset.from_pandas = classmethod(lambda cls, frame, *a, **k: from_pandas(frame, *a, **k) if hasattr(frame, "columns") and isinstance(getattr(frame, "columns", None), object) and type(frame).__module__.startswith("pandas") else dataset(tree))
    assert from_dict
    patch_tables(tree)
    patch_rewards()
    datasets.Dataset.push_to_hub = datasets.DatasetDict.push_to_hub = lambda *args, **kwargs: None
