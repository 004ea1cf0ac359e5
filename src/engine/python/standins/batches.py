"""What goes into a model: batches of a loader, of a tokenizer and of a collator. Leaves out rows: nothing of a data set is looked at."""

import re

from . import bridge, lines
from .library import Recorded, mixins
from .placeholder import ITEMS, Placeholder
from .tensors import Tensor, dtype

INTEGERS = ("input_ids", "attention_mask", "labels", "token_type_ids", "position_ids")


def tensor(name: str) -> Tensor:
    return Tensor(f"batch[{name!r}]", kind=dtype("int64") if name in INTEGERS else None, of_result=False)


class Batch(dict):
    """Any key is there; unpacked into names it gives as many tensors."""

    def __init__(self, *names, **given):
        super().__init__({name: tensor(name) for name in names} | given)

    def __missing__(self, key):
        if isinstance(key, int):
            return tensor(f"{key}")
        self[key] = tensor(str(key))
        return self[key]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self):
        name, many = lines.caller_instruction()
        if name == "UNPACK_SEQUENCE":
            return iter([tensor(str(at)) for at in range(many)])
        return super().__iter__()

    def pop(self, key, *default):
        return super().pop(key) if key in self else default[0] if default else tensor(str(key))

    def get(self, key, default=None):
        return self[key] if key in self else default

    def __delitem__(self, key):
        super().pop(key, None)

    def to(self, *args, **kwargs):
        return self

    cuda = pin_memory = to


def labelled() -> Batch:
    return Batch("input_ids", "attention_mask", "labels")


class DataLoader(Recorded):
    """torch.utils.data.DataLoader: a few batches."""

    def _lab_constructed(self):
        pass

    def __iter__(self):
        return iter([labelled() for _ in range(ITEMS)])

    def __len__(self):
        return ITEMS


class Collator(Recorded):
    def __call__(self, features=None, *args, **kwargs):
        return labelled()

    def torch_call(self, features=None, *args, **kwargs):
        return labelled()


SPECIAL = {
    "pad_token": None, "pad_token_id": None, "eos_token": "</s>", "eos_token_id": 2, "bos_token": "<s>", "bos_token_id": 1,
    "unk_token": "<unk>", "unk_token_id": 0, "mask_token": "<mask>", "sep_token": "</s>", "cls_token": "<s>", "padding_side": "right",
    "truncation_side": "right", "vocab_size": 32000, "model_max_length": 4096, "is_fast": True, "name_or_path": "tokenizer",
    "additional_special_tokens": [], "all_special_tokens": ["<s>", "</s>"], "all_special_ids": [1, 2],
}  # fmt: skip
"""A tokenizer's attributes where the wiring knows none: llama's, which has no padding token."""


TOLD = re.compile(r"_token(_id)?$|_special_|^(vocab_size|model_max_length)$")
LLAMAS = re.compile(r"llama-?2?-|llama2|mistral|mixtral|vicuna|alpaca|zephyr", re.I)
"""Whose published tokenizers have these very tokens."""

_told = [False]


def forget() -> None:
    _told[0] = False


def tell_tokens(tokenizer) -> None:
    """Once for a script: nobody here has the tokenizer of the model that it names."""
    name = tokenizer.__dict__.get("_lab_id")
    if _told[0] or bridge.state.making or isinstance(name, str) and LLAMAS.search(name):
        return
    _told[0] = True
    of = f" of {name!r}" if isinstance(name, str) else ""
    en = f"the special tokens{of} are Llama's: <s>, </s>, <unk>, and none for padding; a vocabulary of 32000"
    zh = f"{repr(name) + ' 的' if isinstance(name, str) else ''}特殊词元视为与 Llama 相同：<s>、</s>、<unk>，没有填充词元；词表大小 32000"
    bridge.assume(lines.user_line(), en, zh, "tokenizer")


class Tokenizer(Recorded):
    """transformers.PreTrainedTokenizerBase"""

    _lab_added = 0

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if self._lab_ref is not None:
            value = bridge.ask(self._lab_ref, self._lab_below, "attribute", name).get("value", {"placeholder": name})
            if not isinstance(value, dict):
                return value
        if name in ("tokenizer", "image_processor", "feature_extractor"):
            return self if name == "tokenizer" else Placeholder(name)
        if name not in SPECIAL:
            return Placeholder(f"tokenizer.{name}")
        if TOLD.search(name):
            tell_tokens(self)
        return SPECIAL[name]

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if name.endswith("_token") and isinstance(value, str):
            same = [one for one in SPECIAL if one.endswith("_token") and one != name and self._lab_known(one) == value]
            number = self._lab_known(f"{same[0]}_id") if same else 3
            object.__setattr__(self, f"{name}_id", number)
        elif name.endswith("_token_id") and isinstance(value, int):
            same = [one for one in SPECIAL if one.endswith("_token") and f"{one}_id" in SPECIAL and SPECIAL[f"{one}_id"] == value]
            object.__setattr__(self, name.removesuffix("_id"), SPECIAL[same[0]] if same else "<token>")

    def _lab_known(self, name: str):
        """What it has under a name, without saying whose that is."""
        return self.__dict__.get(name, SPECIAL.get(name))

    def __call__(self, *args, **kwargs):
        names = ["input_ids", "attention_mask"]
        if "text_target" in kwargs:
            names.append("labels")
        if kwargs.get("return_tensors"):
            return Batch(*names)
        return Batch(**{name: [1, 2, 3] for name in names})

    def encode(self, *args, **kwargs):
        return Tensor("ids", kind=dtype("int64")) if kwargs.get("return_tensors") else [1, 2, 3]

    def decode(self, *args, **kwargs):
        return "text"

    def batch_decode(self, *args, **kwargs):
        return ["text"] * ITEMS

    def tokenize(self, text=None, *args, **kwargs):
        return str(text).split()

    def apply_chat_template(self, *args, **kwargs):
        if kwargs.get("tokenize") is False:
            return "text"
        if kwargs.get("return_dict"):
            return Batch("input_ids", "attention_mask")
        return Tensor("ids", kind=dtype("int64")) if kwargs.get("return_tensors") else [1, 2, 3]

    def pad(self, *args, **kwargs):
        return Batch("input_ids", "attention_mask")

    def convert_tokens_to_ids(self, tokens=None):
        if isinstance(tokens, (list, tuple)):
            return [32000 + at for at in range(len(tokens))]
        return 32000

    def convert_ids_to_tokens(self, ids=None, *args, **kwargs):
        return "token" if isinstance(ids, int) else ["token"] * ITEMS

    def get_vocab(self):
        return {"<s>": 1, "</s>": 2}

    def add_tokens(self, new_tokens, special_tokens=False):
        many = 1 if isinstance(new_tokens, str) else len(new_tokens)
        return self._lab_add("add_tokens", many, [new_tokens], {"special_tokens": special_tokens})

    def add_special_tokens(self, special_tokens_dict, *args, **kwargs):
        many = 0
        for name, value in dict(special_tokens_dict).items():
            listed = isinstance(value, (list, tuple))
            known = not listed and any(self._lab_known(one) == value for one in ("eos_token", "unk_token", "bos_token", "pad_token"))
            many += len(value) if listed else 0 if known else 1
            if name in SPECIAL and not listed:
                bridge.state.making += 1
                setattr(self, name, value)
                bridge.state.making -= 1
        return self._lab_add("add_special_tokens", many, [special_tokens_dict], {})

    def _lab_add(self, name: str, many: int, args: list, kwargs: dict):
        value = bridge.call_value(f"transformers.PreTrainedTokenizerBase.{name}", self, args, kwargs)
        object.__setattr__(self, "_lab_added", self._lab_added + many)
        return value if isinstance(value, int) else many

    def __len__(self):
        size = self.vocab_size
        return (size if isinstance(size, int) else 32000) + self._lab_added

    def __bool__(self):
        return True


mixins["transformers.PreTrainedTokenizerBase"] = Tokenizer
mixins["torch.utils.data.DataLoader"] = DataLoader
for _name in ("LanguageModeling", "Seq2Seq", "TokenClassification"):
    mixins[f"transformers.DataCollatorFor{_name}"] = Collator
mixins["transformers.DataCollatorWithPadding"] = Collator
mixins["trl.DataCollatorForCompletionOnlyLM"] = Collator
