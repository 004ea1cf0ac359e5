"""Configurations that are dataclasses in the libraries: real dataclasses of the chosen version's fields, so that a script can derive from
them, list their fields and parse them. Constructing one is a recorded call with what was given. Leaves out what they decide."""

import contextlib
import dataclasses
import json

from . import bridge, library, placeholder, signature
from .library import library_class, library_path
from .placeholder import Placeholder
from .tensors import Device

UNKNOWN = {"parallel_mode", "distributed_state", "ddp_timeout_delta", "warmup_num_steps", "state", "get_device", "base_model_class"}
"""Properties whose values nobody here has."""

output_folders: set = set()
"""What runs of the script write: not there before the first."""


def forget() -> None:
    output_folders.clear()


FACTS = {
    "n_gpu": 1, "world_size": 1, "process_index": 0, "local_process_index": 0, "should_log": True, "should_save": True,
    "place_model_on_device": True, "is_prompt_learning": False, "is_adaption_prompt": False, "hf_deepspeed_config": None,
    "deepspeed_plugin": None, "framework": "pt",
}  # fmt: skip
"""Properties of the libraries' configurations that are no fields."""


class Made(type):
    """Sees what a configuration is constructed with, also where a class of the script's own is."""

    def __call__(cls, *args, **kwargs):
        for change in library.old_names:
            kwargs = change(getattr(cls, "_lab_path", ""), kwargs)
        kwargs = assumed(cls, args, kwargs)
        made = super().__call__(*args, **kwargs)
        if made.__dict__.get("peft_type", made) is None:
            made.__dict__["peft_type"] = library_class(cls).__name__.removesuffix("Config").upper()
        if "_lab_ref" not in made.__dict__:
            library.refuse(library_path(made), made.__dict__, kwargs)
            record(made, args, kwargs)
        if made.__dict__.get("output_dir", made) is None:
            made.__dict__["output_dir"] = "trainer_output"
        output_folders.add(str(made.__dict__.get("output_dir")))
        return made


def assumed(cls, args, kwargs: dict) -> dict:
    """`Config(**unknown)`: what must be given is taken to be in there."""
    if not placeholder.got_unknown():
        return kwargs
    fields = [one for one in dataclasses.fields(cls) if one.init][len(args) :]
    needed = [one.name for one in fields if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING]
    return {**{name: Placeholder(f"{cls.__name__}.{name}") for name in needed}, **kwargs}


def record(made, args, kwargs) -> None:
    owner = library_class(type(made))
    if owner is not type(made):
        args, kwargs = (), differing(made, owner, args, kwargs)
    old = {name: text for name, text in deprecated_of(owner).items() if name in kwargs}
    for text in old.values():
        signature._warn(f"FutureWarning: {text}")
    value = bridge.call(owner._lab_path, None, args, kwargs).get("value")
    if isinstance(value, dict) and "ref" in value:
        library.place(made, value)


def differing(made, owner, args, kwargs) -> dict:
    """Of a class of the script's own: the library's fields that are given, or aren't the library's defaults."""
    fields = {one.name: one for one in dataclasses.fields(owner)}
    positional = [one.name for one in dataclasses.fields(type(made)) if one.init][: len(args)]
    out = {}
    for name, one in fields.items():
        value = getattr(made, name, None)
        default = one.default if one.default is not dataclasses.MISSING else None
        if one.default_factory is not dataclasses.MISSING:
            default = one.default_factory()
        if name in kwargs or name in positional or not (value is default or same(value, default)):
            out[name] = value
    return out


def same(one, other) -> bool:
    return type(one) is type(other) and not isinstance(one, (Placeholder, signature.Raw)) and one == other or repr(one) == repr(other)


def deprecated_of(owner) -> dict:
    entry = signature.chosen.calls.get(owner._lab_path, {})
    texts = {}
    for text in entry.get("deprecations", ()):
        name = text.partition("`")[2].partition("`")[0]
        if name:
            texts.setdefault(name, text)
    return texts


class Config(metaclass=Made):
    """What all of them can do."""

    _lab_ref = None
    _lab_below = ""

    def _lab_reference(self):
        ref = self.__dict__.get("_lab_ref")
        if ref is None:
            return None
        return {"ref": ref, "path": self._lab_below} if self._lab_below else {"ref": ref}

    def __post_init__(self):
        pass

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if self.__dict__.get("_lab_ref") is not None and bridge.state.making == 0 and not name.startswith("_"):
            bridge.call("setattr", self, [name, value])

    def __getattr__(self, name):
        if name in FACTS and not name.startswith("_"):
            return FACTS[name]
        if name == "device":
            return Device("cuda:0")
        if name in UNKNOWN:
            return Placeholder(f"args.{name}")
        if name in ("train_batch_size", "eval_batch_size"):
            return getattr(self, f"per_device_{name}")
        if not name.startswith("_") and "_lab_ref" in self.__dict__ and library_path(self).startswith("peft.") and self.__dict__.get("_lab_given"):
            return bridge.ask_attribute(self._lab_ref, self._lab_below, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def to_dict(self):
        return {one.name: getattr(self, one.name, None) for one in dataclasses.fields(self)}

    to_sanitized_dict = to_dict

    def to_json_string(self):
        return json.dumps(self.to_dict(), indent=2, default=str)

    def get_warmup_steps(self, num_training_steps):
        return getattr(self, "warmup_steps", 0)

    def get_process_log_level(self):
        return 20

    @contextlib.contextmanager
    def main_process_first(self, local=True, desc="work"):
        yield

    def __deepcopy__(self, memo):
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.__dict__.pop("_lab_ref", None)
        record(made, (), {one.name: getattr(self, one.name, None) for one in dataclasses.fields(library_class(type(self)))})
        return made


def make_dataclass(path: str, entry: dict, base, mixin):
    """The dataclass of a table's fields; a base's come first."""
    name = path.rpartition(".")[2]
    keyword = set(entry.get("keywordOnly", ()))
    fields = []
    for one in entry.get("fields", ()):
        field, default, has = signature.split(one)
        fields.append((field, kind_of(default), field_of(default, has, field in keyword)))
    bases = tuple(one for one in (mixin, base) if one is not None) or (Config,)
    body = {"_lab_path": path, "__module__": path.rpartition(".")[0]}
    for method, about in signature.methods_of(path).items():
        if "missing" not in about and method not in vars(Config):
            full = f"{path}.{method}"
            body[method] = library.make_class_method(full) if method in library.CLASS_METHODS else library.make_method(full)
    return dataclasses.make_dataclass(name, fields, bases=bases, namespace=body, module=path.rpartition(".")[0], repr=base is None)


def kind_of(default):
    value = signature.value_of(default)
    return type(value) if isinstance(value, (bool, int, float, str)) else object


def field_of(default, has: bool, keyword: bool):
    if not has:
        return dataclasses.field(kw_only=keyword) if keyword else dataclasses.field()
    value = signature.value_of(default)
    if isinstance(value, (list, dict, set)) or isinstance(default, dict) and "factory" in default:
        return dataclasses.field(default_factory=lambda: signature.value_of(default), kw_only=keyword)
    return dataclasses.field(default=value, kw_only=keyword)


library.makers["dataclass"] = make_dataclass
