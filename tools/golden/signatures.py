"""Writes src/engine/libraries/signatures: how the calls that decide are called in this stack's libraries.

Usage: python signatures.py STACK. What is equal in several stacks stands once, in shared.json, and stacks.json says which stack has
which; README.md says how to read both.
Leaves out documentation and, except of fields, types.
"""

import dataclasses
import enum
import hashlib
import importlib
import inspect
import json
import os
import re
import sys

from signature_names import LIBRARIES, NAMES
from signature_source import as_value, deprecations_in, ends, plain, read_kwargs, refused, renamed, tree_of

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ.get("SIGNATURES_DIR", os.path.join(HERE, "..", "..", "src", "engine", "libraries", "signatures"))
SHARED, STACKS = os.path.join(FOLDER, "shared.json"), os.path.join(FOLDER, "stacks.json")


def parameters_of(function) -> list:
    """A name, or [name, default]; the kinds as in Python's own notation: "/", "*", "*args", "**kwargs"."""
    out, last = [], None
    listed = list(inspect.signature(function).parameters.values())
    if listed and listed[0].name in ("self", "cls"):
        listed = listed[1:]
    for one in listed:
        if last is one.POSITIONAL_ONLY and one.kind is not last:
            out.append("/")
        if one.kind is one.KEYWORD_ONLY and last not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            out.append("*")
        last = one.kind
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        out.append(star + one.name if one.default is one.empty else [one.name, as_value(one.default)])
    if last is inspect.Parameter.POSITIONAL_ONLY:
        out.append("/")
    return out


def about_function(function, name: str) -> dict:
    try:
        entry = {"parameters": parameters_of(function)}
    except (ValueError, TypeError):
        return {"parameters": None}
    inner = inspect.unwrap(function)
    qualname = getattr(inner, "__qualname__", name)
    if "." not in qualname.replace("<locals>.", "") and "." in name.removesuffix(".__init__"):
        qualname = name if name.endswith(qualname) else qualname
    if not f".{name}".endswith(f".{qualname}"):
        entry["qualname"] = qualname  # whose name Python prints in a TypeError
    tree = tree_of(function)
    keywords = next((one[2:] for one in entry["parameters"] if isinstance(one, str) and one.startswith("**")), None)
    if tree is not None:
        if keywords and (reads := read_kwargs(tree, keywords)):
            entry["reads"] = reads
        if texts := deprecations_in(tree):
            entry["deprecations"] = texts
    if old := renamed(function):
        entry["renamed"] = old
    if gone := ends(function):
        entry["ends"] = gone
    return entry


def field_of(field):
    if field.default is not dataclasses.MISSING:
        return [field.name, as_value(field.default)]
    if field.default_factory is dataclasses.MISSING:
        return field.name
    made = field.default_factory()
    return [field.name, {"factory": as_value(made)}]


def type_text(kind) -> str:
    """An annotation as a script would write it: `Optional[str]`, `transformers.trainer_utils.IntervalStrategy`."""
    return re.sub(r"\bNoneType\b", "None", plain(kind if isinstance(kind, str) else inspect.formatannotation(kind)))


def types_of(fields, kept) -> dict:
    """Of the fields that are listed, where the type is not that of the default."""
    names = {one if isinstance(one, str) else one[0] for one in kept}
    said = {field.name: type_text(field.type) for field in fields if field.name in names}
    return {field.name: said[field.name] for field in fields if field.name in said and said[field.name] != type(field.default).__name__}


def checks_of(cls) -> list:
    """What its own checks of its own settings refuse."""
    if not re.search(r"Config$|Arguments$", cls.__name__):
        return []
    methods = [vars(cls)[one] for one in ("__init__", "__post_init__", "post_init") if one in vars(cls)]
    return [check for method in methods if inspect.isfunction(method) for check in refused(method, cls)]


def about_class(cls, name: str, known: dict) -> dict:
    """Bases are the nearest classes that are dumped too; of a dataclass, only the fields that its base has not, or otherwise."""
    base = next((one for one in cls.__mro__[1:] if one in known), None)
    entry = {} if base is None else {"base": known[base]}
    if inspect.isclass(cls) and issubclass(cls, enum.Enum):
        return {"members": {member.name: as_value(member.value) for member in cls}}
    checked = {"refuses": checks} if (checks := checks_of(cls)) else {}
    init = cls.__init__
    generated = dataclasses.is_dataclass(cls) and getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"
    if generated and (fields := [field for field in dataclasses.fields(cls) if field.init]):
        theirs = [field_of(field) for field in dataclasses.fields(base)] if base and dataclasses.is_dataclass(base) else []
        entry["fields"] = [mine for mine in map(field_of, fields) if mine not in theirs]
        if types := types_of(fields, entry["fields"]):
            entry["types"] = types
        if keyword := [field.name for field in fields if getattr(field, "kw_only", False)]:
            entry["keywordOnly"] = keyword
        told = {field.name: field.metadata.get("help", "") for field in fields if field_of(field) in entry["fields"]}
        if told := {field: text for field, text in told.items() if re.search(r"deprecated|will be removed", str(text), re.I)}:
            entry["deprecated"] = told
        # A dataclass checks and renames in __post_init__; an inherited one is the base's.
        if "__post_init__" in vars(cls) and (tree := tree_of(cls.__post_init__)) and (texts := deprecations_in(tree)):
            entry["deprecations"] = texts
        return entry | checked
    if base is not None and init is base.__init__:
        return entry | checked
    if init is object.__init__:
        return entry | {"parameters": []}
    return entry | about_function(init, f"{name}.__init__") | checked


def missing(module: str, name: str) -> dict:
    """What Python says to the import."""
    try:
        exec(f"from {module} import {name}", {})
    except Exception as error:  # noqa: BLE001 - the exception is the result
        return {"missing": f"{type(error).__name__}: {plain(str(error))}"}
    raise AssertionError(f"internal: {module}.{name} can be imported")


def missing_method(cls, method: str) -> dict:
    try:
        getattr(cls, method)
    except AttributeError as error:
        return {"missing": f"AttributeError: {plain(str(error))}"}
    raise AssertionError(f"internal: {cls}.{method} is there")


def resolve(path: str):
    """(module, what it holds), or (module, None)."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except Exception:  # noqa: BLE001 - `missing` asks again
        return None


def dump(packages: set[str]) -> dict:
    found, out, known = {}, {}, {}
    for library, names in LIBRARIES.items():
        if library not in packages:
            continue
        for path, methods in names.items():
            found[path] = (resolve(path), methods)
            if inspect.isclass(found[path][0]):
                known.setdefault(found[path][0], path)
    for path, (value, methods) in found.items():
        module, _, name = path.rpartition(".")
        if value is None:
            out[path] = missing(module, name)
            continue
        out[path] = about_class(value, name, known) if inspect.isclass(value) else about_function(value, name)
        for method in methods:
            function = getattr(value, method, None)
            base = out[path].get("base")
            if function is None:
                out[f"{path}.{method}"] = missing_method(value, method)
            elif base is None or getattr(found[base][0], method, None) is not function or method not in found[base][1]:
                out[f"{path}.{method}"] = about_function(function, f"{name}.{method}")
    return out


def script() -> str:
    """A mark of what wrote an entry: that of an earlier script, or of other names, is another one."""
    texts = (open(os.path.join(HERE, name), "rb").read() for name in ("signatures.py", "signature_names.py", "signature_source.py"))
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def versions(packages) -> dict:
    from importlib.metadata import version

    return {name: version(name) for name in packages}


def load() -> dict:
    """Every stack's whole dump, out of the files that are there."""
    try:
        with open(SHARED, encoding="utf-8") as file:
            shared = json.load(file)
        with open(STACKS, encoding="utf-8") as file:
            known = json.load(file)
    except FileNotFoundError:
        return {}
    out = {}
    for stack, mine in known.items():
        chosen = {name: mine["differs"].get(name, 0) for name in shared}
        calls = {name: shared[name][at] for name, at in chosen.items() if at is not None and name in NAMES}
        out[stack] = {"script": mine.get("script"), "versions": mine["versions"], "calls": calls}
    return out


def stacks() -> dict:
    with open(os.path.join(HERE, "stacks.json"), encoding="utf-8") as file:
        return json.load(file)


def compact(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(dumps: dict) -> int:
    """shared.json has of every name all that it is anywhere, what most stacks have first; stacks.json says where a stack has another."""
    everywhere = {}
    for stack in reversed([stack for stack in stacks() if stack in dumps]):
        for name, entry in dumps[stack]["calls"].items():
            everywhere.setdefault(name, []).append(entry)
    shared = {}
    for name, entries in sorted(everywhere.items()):
        variants = [entry for at, entry in enumerate(entries) if entry not in entries[:at]]
        shared[name] = sorted(variants, key=lambda entry: -entries.count(entry))
    os.makedirs(FOLDER, exist_ok=True)
    lines = []
    for name, variants in shared.items():
        lines.append(f"{compact(name)}:[\n" + ",\n".join(map(compact, variants)) + "]")
    bodies = []
    for stack, mine in dumps.items():
        at = {name: shared[name].index(mine["calls"][name]) if name in mine["calls"] else None for name in shared}
        body = {"script": mine["script"], "versions": mine["versions"], "differs": {name: index for name, index in at.items() if index != 0}}
        bodies.append(f"{compact(stack)}:{compact(body)}".replace('"differs":{', '"differs":{\n').replace(',"', ',\n"'))
    texts = {SHARED: "{\n" + ",\n".join(lines) + "\n}\n", STACKS: "{\n" + ",\n".join(bodies) + "\n}\n"}
    for path, text in texts.items():
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return sum(len(text.encode()) for text in texts.values())


def main() -> None:
    stack = sys.argv[1]
    asked = {re.split(r"[=<>]", package)[0] for package in stacks()[stack]["packages"]} | {"accelerate", "datasets"}
    packages = [library for library in LIBRARIES if library in asked]
    mine = {"script": script(), "versions": versions(packages), "calls": dump(set(packages))}
    dumps = load() | {stack: mine}
    size = write({one: dumps[one] for one in stacks() if one in dumps})
    print(f"{stack}: {len(mine['calls'])} names, {size} bytes in all files")


if __name__ == "__main__":
    main()
