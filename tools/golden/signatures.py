"""Writes src/engine/libraries/signatures: how the calls that decide are called in this stack's libraries.

Usage: python signatures.py STACK. What is equal in several stacks stands once, in shared.json, and stacks.json says which stack has
which; README.md says how to read both.
Leaves out types and documentation.
"""

import ast
import dataclasses
import enum
import importlib
import inspect
import json
import os
import re
import sys
import textwrap
import types
import warnings

from signature_names import LIBRARIES, NAMES

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.environ.get("SIGNATURES_DIR", os.path.join(HERE, "..", "..", "src", "engine", "libraries", "signatures"))
SHARED, STACKS = os.path.join(FOLDER, "shared.json"), os.path.join(FOLDER, "stacks.json")


def plain(text: str) -> str:
    """Without what differs from machine to machine."""
    text = re.sub(r"\(/[^()]*?site-packages/", "(<site-packages>/", text)
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def as_value(value):
    """A default as JSON; what JSON has not as {"repr": ...}."""
    if isinstance(value, enum.Enum):
        return as_value(value.value) if isinstance(value, str) else {"repr": repr(value)}
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else {"repr": repr(value)}
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        items = [as_value(item) for item in value]
        return items if isinstance(value, list) else {"tuple": items}
    if type(value) is dict and all(isinstance(key, str) for key in value):
        return {"dict": {key: as_value(item) for key, item in value.items()}}
    if inspect.ismodule(value):
        return {"repr": f"<module '{value.__name__}'>"}
    if inspect.isroutine(value) or inspect.isclass(value):
        return {"repr": f"{value.__module__}.{value.__qualname__}"}
    return {"repr": plain(repr(value))}


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


def tree_of(function):
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError):  # written in C, or generated
        return None


def read_kwargs(tree, keywords: str) -> list:
    """What a function takes out of its **kwargs by name: [name, default], or a name that must be there."""
    out = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("pop", "get")):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == keywords and node.args):
            continue
        if not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
            continue
        name = node.args[0].value
        if len(node.args) == 1:
            out.setdefault(name, name if node.func.attr == "pop" else [name, None])
            continue
        try:
            out.setdefault(name, [name, as_value(ast.literal_eval(node.args[1]))])
        except ValueError:
            out.setdefault(name, [name, {"repr": ast.unparse(node.args[1])}])
    return list(out.values())


def text_of(node) -> str | None:
    """A string literal, or an f-string with its expressions in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}" for part in node.values)
        return "".join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        both = text_of(node.left), text_of(node.right)
        return None if None in both else "".join(both)
    return None


def deprecations_in(tree) -> list[str]:
    """Texts about deprecated arguments that a function warns of or raises."""
    out = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            text = text_of(node.args[0])
            if text and re.search(r"deprecat|no longer supported|will be removed", text) and text not in out:
                out.append(text)
    return out


def renamed(function) -> list:
    """Arguments that a `deprecate_kwarg` decorator takes: its own message, by running the decorator around nothing."""
    out = []
    while hasattr(function, "__wrapped__"):
        names = function.__code__.co_freevars
        if {"old_name", "new_name", "func"} <= set(names):
            cells = dict(zip(names, function.__closure__))
            inner = cells["func"].cell_contents
            owner = type(inner.__qualname__.split(".")[-2], (), {})() if "." in inner.__qualname__ else None
            old, new = cells["old_name"].cell_contents, cells["new_name"].cell_contents
            nothing = lambda *args, **kwargs: None  # noqa: E731
            nothing.__name__ = inner.__name__
            closure = tuple(types.CellType(nothing) if name == "func" else cells[name] for name in names)
            bare = types.FunctionType(function.__code__, function.__globals__, function.__name__, None, closure)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                error = None
                try:
                    bare(*([] if owner is None else [owner]), **{old: 1})
                except ValueError as raised:
                    error = f"ValueError: {raised}"
            message = error or "".join(f"{one.category.__name__}: {one.message}" for one in caught)
            out.append([old, new, message or None])
        function = function.__wrapped__
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
    return entry


def field_of(field):
    if field.default is not dataclasses.MISSING:
        return [field.name, as_value(field.default)]
    if field.default_factory is dataclasses.MISSING:
        return field.name
    made = field.default_factory()
    return [field.name, {"factory": as_value(made)}]


def about_class(cls, name: str, known: dict) -> dict:
    """Bases are the nearest classes that are dumped too; of a dataclass, only the fields that its base has not, or otherwise."""
    base = next((one for one in cls.__mro__[1:] if one in known), None)
    entry = {} if base is None else {"base": known[base]}
    if inspect.isclass(cls) and issubclass(cls, enum.Enum):
        return {"members": {member.name: as_value(member.value) for member in cls}}
    init = cls.__init__
    generated = dataclasses.is_dataclass(cls) and getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"
    if generated and (fields := [field for field in dataclasses.fields(cls) if field.init]):
        theirs = [field_of(field) for field in dataclasses.fields(base)] if base and dataclasses.is_dataclass(base) else []
        entry["fields"] = [mine for mine in map(field_of, fields) if mine not in theirs]
        if keyword := [field.name for field in fields if getattr(field, "kw_only", False)]:
            entry["keywordOnly"] = keyword
        told = {field.name: field.metadata.get("help", "") for field in fields if field_of(field) in entry["fields"]}
        if told := {field: text for field, text in told.items() if re.search(r"deprecated|will be removed", str(text), re.I)}:
            entry["deprecated"] = told
        # A dataclass checks and renames in __post_init__; an inherited one is the base's.
        if "__post_init__" in vars(cls) and (tree := tree_of(cls.__post_init__)) and (texts := deprecations_in(tree)):
            entry["deprecations"] = texts
        return entry
    if base is not None and init is base.__init__:
        return entry
    if init is object.__init__:
        return entry | {"parameters": []}
    return entry | about_function(init, f"{name}.__init__")


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
        out[stack] = {"versions": mine["versions"], "calls": calls}
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
        body = {"versions": mine["versions"], "differs": {name: index for name, index in at.items() if index != 0}}
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
    mine = {"versions": versions(packages), "calls": dump(set(packages))}
    dumps = load() | {stack: mine}
    size = write({one: dumps[one] for one in stacks() if one in dumps})
    print(f"{stack}: {len(mine['calls'])} names, {size} bytes in all files")


if __name__ == "__main__":
    main()
