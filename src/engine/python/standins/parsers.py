"""HfArgumentParser and TrlParser over real dataclasses, and fire, on the command line that was pasted; without one, what is required is
assumed. Leaves out help texts and how the libraries print usage."""

import ast
import dataclasses
import enum
import json
import linecache
import sys
import typing

from . import bridge, lines, signature
from .library import hand, resolve
from .placeholder import Placeholder
from .script_functions import needs_nothing

argv_known = [False]
"""Whether a command line came with the script."""


def assumed(name: str, line: int | None = None):
    """A required argument that no command line gives."""
    where = lines.user_line() if line is None else line
    bridge.assume(where, f"the command line gives --{name}", f"命令行给出 --{name}", f"--{name}")
    return Placeholder(f"args.{name}")


def first_of(name: str, choices: list):
    """A required argument that takes one of a few values."""
    bridge.assume(lines.user_line(), f"the command line gives --{name} {choices[0]}", f"命令行给出 --{name} {choices[0]}", f"--{name}")
    return choices[0]


def type_hints(cls) -> dict:
    try:
        return typing.get_type_hints(cls)
    except Exception:
        return {one.name: one.type for one in dataclasses.fields(cls)}


def converted(text, kind, default):
    """A word of the command line as its field takes it."""
    if not isinstance(text, str):
        return text
    kinds = [one for one in (typing.get_args(kind) or (kind,)) if one is not type(None)]
    first = kinds[0] if kinds else str
    if isinstance(default, bool) or first is bool:
        if text.lower() in ("true", "yes", "t", "y", "1"):
            return True
        if text.lower() in ("false", "no", "f", "n", "0"):
            return False
        return text
    if isinstance(first, type) and issubclass(first, enum.Enum):
        return first(text)
    if first is int or type(default) is int:
        return number(text, int)
    if first is float or type(default) is float:
        return number(text, float)
    if first in (str,) or isinstance(default, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def number(text: str, kind):
    try:
        return kind(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def words_of(argv) -> tuple[dict, list]:
    """(--name -> its words, what else stood there)"""
    given, rest, name = {}, [], None
    for word in argv:
        if word.startswith("--") and len(word) > 2:
            name, has, value = word[2:].partition("=")
            name = name.replace("-", "_")
            given[name] = [value] if has else []
        elif name is not None:
            given[name].append(word)
        else:
            rest.append(word)
    return given, rest


def script_asks(attribute: str) -> bool:
    """Whether the text reads an attribute of that name."""
    return any(f".{attribute}" in line for line in linecache.getlines(lines.SCRIPT))


def is_list(kind) -> bool:
    every = (kind, *typing.get_args(kind))
    return any(one is list or typing.get_origin(one) is list for one in every)


def fill(cls, given: dict, taken: set):
    """The dataclass with the words that are its own."""
    hints, values = type_hints(cls), {}
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        default = None if field.default is dataclasses.MISSING else field.default
        if field.name in given:
            taken.add(field.name)
            words, kind = given[field.name], hints.get(field.name, field.type)
            if is_list(kind) or isinstance(default, list):
                inner = next((one for one in typing.get_args(kind) if one is not type(None)), str)
                values[field.name] = [converted(one, inner, None) for one in words]
            else:
                values[field.name] = True if not words else converted(words[0], kind, default)
        elif f"no_{field.name}" in given and isinstance(default, bool):
            taken.add(f"no_{field.name}")
            values[field.name] = False
        elif default is None and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            if argv_known[0]:
                continue
            values[field.name] = assumed(field.name)
    return values


def library_names() -> dict:
    return signature.chosen.calls


def known_class(unknown: Placeholder):
    """For a dataclass that the text lacks: the library's of that kind with whatever fields it is asked for, or one with no field at all."""
    name = unknown._lab_origin.rpartition(".")[2]
    bases = ()
    for full in ("transformers.Seq2SeqTrainingArguments", "transformers.TrainingArguments", "trl.SFTConfig", "trl.ModelConfig"):
        if full.rpartition(".")[2] in name and full in library_names():
            bases = (resolve(full),)
            break

    def get(self, field):
        if bases and not field.startswith("_") and field in ("device", "n_gpu", "world_size", "process_index", "should_save"):
            return bases[0].__getattr__(self, field)
        if field.startswith("_"):
            raise AttributeError(field)
        return Placeholder(f"{name}.{field}")

    return dataclasses.dataclass(type(name, bases, {"__getattr__": get, "__module__": "__main__"}))


class HfArgumentParser:
    """transformers.HfArgumentParser"""

    _lab_path = "transformers.HfArgumentParser"

    def __init__(self, dataclass_types=None, **kwargs):
        self.dataclass_types = list(dataclass_types) if isinstance(dataclass_types, (list, tuple)) else [dataclass_types]
        self.dataclass_types = [known_class(one) if isinstance(one, Placeholder) else one for one in self.dataclass_types]
        self.defaults = {}
        self.extra = {}

    def add_argument(self, *names, **about):
        self.extra[names[-1].lstrip("-").replace("-", "_")] = about.get("default")

    def set_defaults(self, **values):
        self.defaults.update(values)

    def parse_args_into_dataclasses(self, args=None, return_remaining_strings=False, look_for_args_file=True, args_filename=None, args_file_flag=None):
        given, rest = words_of(sys.argv[1:] if args is None else args)
        taken, missing, outputs, made = set(), [], [], []
        for cls in self.dataclass_types:
            values = {**{k: v for k, v in self.defaults.items() if k in cls.__dataclass_fields__}, **fill(cls, given, taken)}
            for field in dataclasses.fields(cls):
                needed = field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
                if needed and field.name not in values:
                    missing.append(f"--{field.name}")
            if not argv_known[0] and "do_train" in cls.__dataclass_fields__ and "do_train" not in given and script_asks("do_train"):
                assumed("do_train")
                values["do_train"] = True
            made.append((cls, values))
        if missing:
            stop(f"the following arguments are required: {', '.join(missing)}")
        outputs = [cls(**values) for cls, values in made]
        left = [name for name in given if name not in taken and name not in self.extra]
        if return_remaining_strings:
            return (*outputs, [*(f"--{name}" for name in left), *rest])
        if left or rest:
            words = [f"--{name}" for name in left] + rest
            raise ValueError(f"Some specified arguments are not used by the HfArgumentParser: {words}")
        return tuple(outputs)

    def parse_args(self, *args, **kwargs):
        return self.parse_args_into_dataclasses(*args, **kwargs)[0]

    def parse_dict(self, args, allow_extra_keys=False):
        outputs, used = [], set()
        for cls in self.dataclass_types:
            names = {one.name for one in dataclasses.fields(cls) if one.init}
            mine = {name: value for name, value in dict(args).items() if name in names}
            used.update(mine)
            outputs.append(cls(**(mine | lacking(cls, mine))))
        unused = sorted(set(dict(args)) - used)
        if unused and not allow_extra_keys:
            raise ValueError(f"Some keys are not used by the HfArgumentParser: {unused}")
        return tuple(outputs)

    def parse_json_file(self, json_file, allow_extra_keys=False):
        return self.parse_file(json_file, allow_extra_keys)

    def parse_yaml_file(self, yaml_file, allow_extra_keys=False):
        return self.parse_file(yaml_file, allow_extra_keys)

    def parse_file(self, path, allow_extra_keys):
        with open(path) as file:
            text = file.read()
        values = json.loads(text) if isinstance(text, str) and str(path).endswith(".json") else None
        if not isinstance(values, dict):
            bridge.note("not-modelled", lines.user_line(), f"what {path} sets isn't known here", f"此处不知道 {path} 的设置", str(path))
        return self.parse_dict(values if isinstance(values, dict) else {}, allow_extra_keys)


def lacking(cls, given: dict) -> dict:
    """Placeholders for required fields of a file that nobody has."""
    out = {}
    for one in dataclasses.fields(cls):
        if one.init and one.name not in given and one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            out[one.name] = assumed(one.name)
    return out


class TrlParser(HfArgumentParser):
    """trl.TrlParser: --config FILE is the user's own."""

    _lab_path = "trl.TrlParser"

    def parse_args_and_config(self, args=None, return_remaining_strings=False, fail_with_unknown_args=True):
        words = list(sys.argv[1:] if args is None else args)
        if "--config" in words:
            at = words.index("--config")
            bridge.note("not-modelled", lines.user_line(), "the file of --config isn't known here", "此处没有 --config 的文件", " ".join(words[at : at + 2]))
            del words[at : at + 2]
        return self.parse_args_into_dataclasses(words, return_remaining_strings)


def stop(message: str):
    print(f"usage: {lines.SCRIPT}\n{lines.SCRIPT}: error: {message}", file=sys.stderr)
    raise SystemExit(2)


def fire(component=None, command=None, name=None, **kwargs):
    """fire.Fire: the words of the command line are the function's arguments."""
    words = sys.argv[1:] if command is None else command if isinstance(command, list) else str(command).split()
    given, rest = words_of(words)
    values = {key: literal(" ".join(one)) if one else True for key, one in given.items()}
    if isinstance(component, dict):
        component = component.get(rest.pop(0)) if rest else next(iter(component.values()), None)
    if component is None:
        return None
    if isinstance(component, type):
        return component
    if not argv_known[0]:
        values = {**needed_words(component), **values}
    return needs_nothing(component, Placeholder)(*[literal(one) for one in rest], **values)


def needed_words(function) -> dict:
    """A model's name that is empty by default is one that the command line must give."""
    out = {}
    code, defaults = getattr(function, "__code__", None), getattr(function, "__defaults__", None) or ()
    if code is not None:
        names = code.co_varnames[: code.co_argcount]
        for name, default in zip(names[len(names) - len(defaults) :], defaults):
            if default == "" and "model" in name:
                out[name] = assumed(name)
    return out


def literal(text: str):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


hand["transformers.HfArgumentParser"] = HfArgumentParser
hand["trl.TrlParser"] = TrlParser
hand["fire.Fire"] = fire
