"""Data sets: calls that make and change them are recorded, rows are unknown. Leaves out the script's functions over rows: they are not run."""

from . import bridge, library, lines, signature
from .batches import Batch
from .library import Recorded, hand, mixins
from .placeholder import ITEMS, Placeholder, named

UNKNOWN_LENGTH = 1000
_told: set = set()


def forget() -> None:
    _told.clear()


def tell(en: str, zh: str, source: str) -> None:
    """An assumption, once for a line."""
    key = (lines.user_line(), en)
    if key not in _told:
        _told.add(key)
        bridge.assume(key[0], en, zh, source)
CHANGES = (
    "map filter shuffle select remove_columns rename_column rename_columns select_columns add_column with_format sort shard cast "
    "cast_column flatten take skip flatten_indices repeat batch with_transform to_iterable_dataset unique"
).split()


def made(value, kind: str, length: int = UNKNOWN_LENGTH):
    """An object for a reply, whether or not the wiring keeps data sets."""
    cls = library.make(f"datasets.{kind}")
    one = cls.__new__(cls)
    object.__setattr__(one, "_lab_length", length)
    if isinstance(value, dict) and "ref" in value:
        library.place(one, value)
    return one


def changed(self, name: str, args, kwargs, kind: str):
    path = f"{library.library_path(self)}.{name}"
    if path in signature.chosen.calls:
        _, kwargs = signature.bind(path, self, args, kwargs)
    length = self._lab_length
    if name in ("select", "take") and args:
        length = len(args[0]) if hasattr(args[0], "__len__") else args[0] if isinstance(args[0], int) else length
    return made(bridge.call(path, self, args, kwargs).get("value"), kind, length)


class Dataset(Recorded):
    _lab_length = UNKNOWN_LENGTH
    _lab_dynamic = CHANGES

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in CHANGES:
            return lambda *args, **kwargs: changed(self, name, args, kwargs, "Dataset")
        return Placeholder(f"dataset.{name}")

    def train_test_split(self, *args, **kwargs):
        return changed(self, "train_test_split", args, kwargs, "DatasetDict")

    def set_format(self, *args, **kwargs):
        return None

    def save_to_disk(self, *args, **kwargs):
        return None

    @property
    def num_rows(self):
        return len(self)

    def __getitem__(self, key):
        return Placeholder(f"dataset[{key!r}]")

    def __len__(self):
        if self._lab_length is UNKNOWN_LENGTH:
            tell("a data set that nobody has here has 1000 rows", "此处没有的数据集视为有 1000 行", "len(dataset)")
        return self._lab_length

    def __bool__(self):
        return True

    def __iter__(self):
        return iter([Placeholder("row") for _ in range(min(ITEMS, self._lab_length))])

    @classmethod
    def from_dict(cls, *args, **kwargs):
        return from_rows("from_dict", args, kwargs)

    @classmethod
    def from_list(cls, *args, **kwargs):
        return from_rows("from_list", args, kwargs)

    @classmethod
    def from_generator(cls, *args, **kwargs):
        return from_rows("from_generator", args, kwargs)

    @classmethod
    def from_pandas(cls, *args, **kwargs):
        return from_rows("from_pandas", args, kwargs)

    @classmethod
    def from_json(cls, *args, **kwargs):
        return from_rows("from_json", args, kwargs)

    @classmethod
    def from_csv(cls, *args, **kwargs):
        return from_rows("from_csv", args, kwargs)

    @classmethod
    def from_text(cls, *args, **kwargs):
        return from_rows("from_text", args, kwargs)


def from_rows(name: str, args, kwargs):
    path = f"datasets.Dataset.{name}"
    if path in signature.chosen.calls:
        _, kwargs = signature.bind(path, None, args, kwargs)
    rows = args[0] if args else next(iter(kwargs.values()), None)
    length = UNKNOWN_LENGTH
    if isinstance(rows, list):
        length = len(rows)
    elif isinstance(rows, dict) and rows:
        column = next(iter(rows.values()))
        length = len(column) if isinstance(column, (list, tuple)) else length
    return made(bridge.call(path, None, args, kwargs).get("value"), "Dataset", length)


class DatasetDict(dict, Recorded):
    """Splits by name; any split may be asked for."""

    _lab_length = UNKNOWN_LENGTH
    __hash__ = object.__hash__

    def __missing__(self, split):
        bridge.state.making += 1
        below = f"{self._lab_below}.{split}" if self._lab_below else str(split)
        self[split] = made(None if self._lab_ref is None else {"ref": self._lab_ref, "path": below}, "Dataset")
        bridge.state.making -= 1
        return self[split]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in CHANGES:
            return lambda *args, **kwargs: changed(self, name, args, kwargs, "DatasetDict")
        return Placeholder(f"dataset.{name}")

    def map(self, *args, **kwargs):
        return changed(self, "map", args, kwargs, "DatasetDict")

    def filter(self, *args, **kwargs):
        return changed(self, "filter", args, kwargs, "DatasetDict")

    def shuffle(self, *args, **kwargs):
        return changed(self, "shuffle", args, kwargs, "DatasetDict")

    def remove_columns(self, *args, **kwargs):
        return changed(self, "remove_columns", args, kwargs, "DatasetDict")

    def keys(self):
        return list(super().keys()) or ["train"]

    def __iter__(self):
        return iter(self.keys())

    def items(self):
        return [(split, self[split]) for split in self.keys()]

    def values(self):
        return [self[split] for split in self.keys()]

    def __contains__(self, split):
        if super().__contains__(split):
            return True
        found = split in ("train", "test", "validation")
        tell(f"the data set has {'a' if found else 'no'} split {split!r}", f"数据集{'有' if found else '没有'} {split!r} 部分", f"{split!r} in dataset")
        return found

    def get(self, split, default=None):
        return self[split] if split in self else default


def load_dataset(*args, **kwargs):
    path = "datasets.load_dataset"
    bound, kwargs = signature.bind(path, None, args, kwargs)
    files = bound.get("data_files")
    name = files if isinstance(files, str) else bound.get("path")
    shown = repr(name) if isinstance(name, str) else named(name)
    tell(f"the rows of {shown} are as the script needs them; none is looked at", f"{shown} 的数据行符合脚本的需要；没有查看任何一行", f"load_dataset({shown})")
    value = bridge.call(path, None, args, kwargs).get("value")
    split = bound.get("split")
    if isinstance(split, (list, tuple)):
        return [made(value, "Dataset") for _ in split]
    return made(value, "DatasetDict" if split is None else "Dataset")


def load_from_disk(*args, **kwargs):
    return made(bridge.call("datasets.load_from_disk", None, args, kwargs).get("value"), "DatasetDict")


def combined(name: str):
    def function(*args, **kwargs):
        path = f"datasets.{name}"
        _, kwargs = signature.bind(path, None, args, kwargs)
        return made(bridge.call(path, None, args, kwargs).get("value"), "Dataset")

    function.__name__, function._lab_path = name, f"datasets.{name}"
    return function


class Rows:
    """torch.utils.data.Dataset: the script's own classes derive from it."""

    def __class_getitem__(cls, item):
        return cls

    def __getitem__(self, at):
        return Batch("input_ids", "attention_mask", "labels")


mixins["datasets.Dataset"] = Dataset
mixins["datasets.DatasetDict"] = DatasetDict
hand["datasets.load_dataset"] = load_dataset
hand["datasets.load_from_disk"] = load_from_disk
for _name in ("concatenate_datasets", "interleave_datasets"):
    hand[f"datasets.{_name}"] = combined(_name)
hand["torch.utils.data.Dataset"] = hand["torch.utils.data.IterableDataset"] = Rows
