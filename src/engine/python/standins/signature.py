"""The signatures of the chosen versions, as tools/golden/signatures.py wrote them, made into Python functions: CPython itself binds the
arguments, and raises that version's TypeError. Leaves out what a call does."""

import functools
import warnings

from . import lines, placeholder

tables: dict = {}
"""By id: what jobs brought."""


class _Chosen:
    versions: dict = {}
    calls: dict = {}
    tails: dict = {}
    """library.Name -> the full names that end so."""
    methods: dict = {}
    """Class -> its methods' entries."""
    exports: dict = {}
    """Module -> what its imports are decided by: `missing`, `all` names, or those that are `gone`."""
    vocabulary: set = set()
    """All names of methods: what an object of another class lacks."""


chosen = _Chosen()


def choose(message: dict) -> None:
    if "calls" in message:
        tails, methods = {}, {}
        for path in message["calls"]:
            library, _, rest = path.partition(".")
            tails.setdefault((library, rest.rpartition(".")[2]), []).append(path)
            owner = path.rpartition(".")[0]
            if owner in message["calls"]:
                methods.setdefault(owner, {})[path.rpartition(".")[2]] = message["calls"][path]
        vocabulary = {name for ones in methods.values() for name in ones}
        exports = {module: {kind: rule if kind == "missing" else set(rule) for kind, rule in rules.items()} for module, rules in message.get("exports", {}).items()}
        tables[message["id"]] = (message["calls"], tails, methods, vocabulary, exports)
    chosen.versions = message["versions"]
    chosen.calls, chosen.tails, chosen.methods, chosen.vocabulary, chosen.exports = tables[message["id"]]
    binder_of.cache_clear()


def before(library: str, release: str) -> bool:
    """Whether the chosen release of a library is older."""
    numbers = [tuple(int(part) for part in one.split("+")[0].split(".") if part.isdigit()) for one in (chosen.versions.get(library, "9999"), release)]
    return numbers[0] < numbers[1]


def refusal_of(full: str) -> str | None:
    """What Python says to importing a name that its module hasn't in this release."""
    module, _, name = full.rpartition(".")
    rules = chosen.exports.get(module)
    if rules is None or name.startswith("_"):
        return None
    if "missing" in rules:
        return rules["missing"]
    if name in rules.get("gone", ()) or "all" in rules and name not in rules["all"]:
        return f"ImportError: cannot import name '{name}' from '{module}' (<site-packages>/{module.replace('.', '/')}/__init__.py)"
    return None


def entry_of(path: str):
    return chosen.calls.get(path)


def find(library: str, name: str):
    """The full name of a class or function that is known by its last part, wherever a script imports it from."""
    best = None
    for path in chosen.tails.get((library, name), ()):
        if path.rpartition(".")[0] in chosen.calls:  # a method
            continue
        if best is None or len(path) < len(best):
            best = path
    return best


def methods_of(path: str) -> dict:
    return chosen.methods.get(path, {})


class Raw:
    """A default that only the library's own Python could make: shown as it is."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self):
        return self.text


def value_of(default):
    """A dumped default as Python."""
    if isinstance(default, list):
        return [value_of(one) for one in default]
    if not isinstance(default, dict):
        return default
    if "tuple" in default:
        return tuple(value_of(one) for one in default["tuple"])
    if "dict" in default:
        return {key: value_of(one) for key, one in default["dict"].items()}
    if "factory" in default:
        return value_of(default["factory"])
    return Raw(default.get("repr", "..."))


def split(parameter):
    """(name with its stars, default, whether there is one)"""
    if isinstance(parameter, str):
        return parameter, None, False
    return parameter[0], parameter[1], True


@functools.lru_cache(maxsize=None)
def binder_of(path: str, bound: bool, qualname: str):
    """A function that binds arguments as the library's does and returns them as a dict; None: it takes anything."""
    entry = chosen.calls[path]
    if entry.get("parameters") is None:
        return None
    names, parts, defaults = [], ["self"] if bound else [], {}
    for at, one in enumerate(entry["parameters"]):
        name, default, has = split(one)
        if name in ("*", "/"):
            parts.append(name)
            continue
        plain = name.lstrip("*")
        names.append(plain)
        if has:
            defaults[f"_d{at}"] = value_of(default)
        parts.append(f"{name}=_d{at}" if has else name)
    body = ", ".join(f"{name!r}: {name}" for name in names)
    scope = dict(defaults)
    exec(f"def bind({', '.join(parts)}):\n    return {{{body}}}", scope)
    bind = scope["bind"]
    bind.__name__ = qualname.rpartition(".")[2]
    bind.__qualname__ = qualname
    return bind


def qualname_of(path: str) -> str:
    entry = chosen.calls[path]
    if "qualname" in entry:
        return entry["qualname"]
    parts = path.split(".")
    if parts[-1][0].isupper():
        return f"{parts[-1]}.__init__"
    return ".".join(parts[-2:]) if ".".join(parts[:-1]) in chosen.calls else parts[-1]


def renamed(entry: dict, kwargs: dict) -> dict:
    """Old names that a decorator of the library still takes, as the new ones. The wiring gets what was given, and warns."""
    for old, new, message in entry.get("renamed", ()):
        if old not in kwargs:
            continue
        if message and message.startswith("ValueError: "):
            raise ValueError(message.removeprefix("ValueError: "))
        value = kwargs.pop(old)
        if new is not None and new not in kwargs:
            kwargs[new] = value
    return kwargs


def _warn(message: str) -> None:
    category, _, text = message.partition(": ")
    kind = {"FutureWarning": FutureWarning, "DeprecationWarning": DeprecationWarning}.get(category, UserWarning)
    frame = lines.user_frame()
    if frame is not None:
        warnings.warn_explicit(text, kind, lines.SCRIPT, frame.f_lineno or 0, registry={})


def with_unknown(names, args: tuple, kwargs: dict) -> dict:
    """`Config(**settings)` of settings that nobody here has: what must be given is among them. names: (position or None, name)."""
    if not placeholder.got_unknown():
        return kwargs
    lacking = [name for at, name in names if name not in kwargs and (at is None or at >= len(args))]
    return kwargs | {name: placeholder.Placeholder(name) for name in lacking}


def required(entry: dict) -> list:
    """(position, name) of parameters without default; those that must be named have no position."""
    found, named_only = [], False
    for at, one in enumerate(entry.get("parameters") or ()):
        name, _, has = split(one)
        named_only = named_only or name == "*" or name.startswith("*")
        if not has and name[0] not in "*/":
            found.append((None if named_only else at, name))
    return found


def bind(path: str, owner, args: tuple, kwargs: dict, qualname: str | None = None) -> tuple[dict, dict]:
    """(arguments with the defaults, kwargs as the library takes them). owner: the object of a method, or None."""
    entry = chosen.calls[path]
    known, kwargs = kwargs, with_unknown(required(entry), args, renamed(entry, dict(kwargs)))
    given = known | {name: value for name, value in kwargs.items() if isinstance(value, placeholder.Placeholder) and name not in known}
    bound = owner is not None
    binder = binder_of(path, bound, qualname or qualname_of(path))
    if binder is None:
        return kwargs, given
    return (binder(owner, *args, **kwargs) if bound else binder(*args, **kwargs)), given
