"""What a class of settings refuses when it is made: the conditions of the chosen version, as tools/golden/signatures.py read them in its
source, asked of the values at hand. Leaves out conditions on what nobody here knows: those count as not met."""

import builtins
import enum
import functools
import re

from . import library, signature
from .placeholder import Placeholder



class Whole(int):
    """A default that the tables lost the point of: 6 may have been 6.0."""


def is_a(value, kinds) -> bool:
    return isinstance(value, kinds) or type(value) is Whole and kinds is float


BUILTINS = {one.__name__: one for one in (len, int, float, str, bool, list, tuple, dict, set, type)} | {"isinstance": is_a}

KINDS = {
    "eval_strategy": "IntervalStrategy", "evaluation_strategy": "IntervalStrategy", "logging_strategy": "IntervalStrategy",
    "save_strategy": "SaveStrategy", "lr_scheduler_type": "SchedulerType", "optim": "OptimizerNames",
}  # fmt: skip
"""Fields that a version turns into members of an enumeration before it looks at them."""

PLACES = {"OptimizerNames": "transformers.training_args.OptimizerNames"}


class Unknown(Exception):
    """A condition asks for what isn't known here."""


class Member(str):
    """A member of an enumeration of texts: equal to its value, printed by its name."""

    shown = ""

    def __format__(self, spec):
        return format(self.shown, spec)

    def __str__(self):
        return self.shown


class Members:
    """An enumeration of the libraries, as conditions name it."""

    def __init__(self, name: str, values: dict):
        self.name, self.values = name, values

    def __getattr__(self, key):
        if key not in self.values:
            raise Unknown(key)
        return self.of(self.values[key])

    def of(self, value):
        if value not in self.values.values():
            names = ", ".join(repr(one) for one in self.values.values())
            raise ValueError(f"{value} is not a valid {self.name}, please select one of [{names}]")
        made = Member(value)
        made.shown = f"{self.name}.{next(key for key, one in self.values.items() if one == value)}"
        return made


def members(name: str) -> Members | None:
    entry = signature.chosen.calls.get(PLACES.get(name, f"transformers.{name}"), {})
    if name == "SaveStrategy":
        kept = signature.chosen.calls.get("transformers.IntervalStrategy", {}).get("members")
        return kept and Members(name, {**kept, "BEST": "best"})
    return Members(name, entry["members"]) if "members" in entry else None


class Names(dict):
    """Names of a condition: parameters, enumerations, and what Python has."""

    def __missing__(self, name):
        found = BUILTINS.get(name) or members(name)
        if found is None:
            raise Unknown(name)
        return found


class Values:
    """`self`: what the object holds, as its own checks find it."""

    def __init__(self, values: dict):
        self.__dict__.update(values)

    def __getattr__(self, name):
        raise Unknown(name)


@functools.lru_cache(maxsize=None)
def compiled(condition: str):
    return compile(condition, "<condition>", "eval")


def value_of(names: Names, expression: str):
    return eval(compiled(expression), {"__builtins__": {}}, names)


def holds(names: Names, condition: str) -> bool:
    try:
        return bool(value_of(names, condition))
    except (Unknown, TypeError, AttributeError, KeyError, IndexError, ArithmeticError):
        return False


def filled(names: Names, text: str) -> str:
    def said(found):
        try:
            return format(value_of(names, found.group(1)))
        except Exception:  # noqa: BLE001 - an expression that asks for more than is known stays as it is
            return found.group()

    return re.sub(r"\{([^{}]+)\}", said, text)


def known(values: dict) -> dict:
    plain = {name: value.value if isinstance(value, enum.Enum) else value for name, value in values.items()}
    return {name: value for name, value in plain.items() if not isinstance(value, (Placeholder, signature.Raw))}


def as_checked(path: str, values: dict) -> dict:
    """The values as the version's own checks find them: members for names, the older name's value under the newer, steps filled in."""
    out = known(values)
    if out.get("evaluation_strategy") is not None and "eval_strategy" in out:
        out["eval_strategy"] = out["evaluation_strategy"]
    saves = any("SaveStrategy" in condition for one in refusals(path) for condition in one[0])
    for field, name in KINDS.items():
        kind = members("IntervalStrategy" if name == "SaveStrategy" and not saves else name)
        if kind is not None and isinstance(out.get(field), str):
            out[field] = kind.of(out[field])
    evaluates = out.get("eval_strategy", out.get("evaluation_strategy"))
    steps = out.get("logging_steps")
    if evaluates == "steps" and not out.get("eval_steps") and isinstance(steps, (int, float)) and steps > 0:
        out["eval_steps"] = steps
    if isinstance(out.get("peft_type"), str):
        kind = Member(out["peft_type"])
        kind.shown = f"PeftType.{out['peft_type']}"
        out["peft_type"] = kind
    return out


def refusals(path: str) -> list:
    """Of a class after those of its base, which checks first."""
    entry = signature.chosen.calls.get(path) or {}
    base = entry.get("base")
    return [*(refusals(base) if base else ()), *entry.get("refuses", ())]


def check(path: str, values: dict, given) -> None:
    """Raises what the class raises when it is made with these values. given: the names of those that aren't defaults."""
    if not refusals(path):
        return
    checked = as_checked(path, {name: Whole(one) if type(one) is int and name not in given else one for name, one in values.items()})
    names = Names({**checked, "self": Values(checked)})
    for conditions, kind, text in refusals(path):
        if all(holds(names, one) for one in conditions):
            raise getattr(builtins, kind, RuntimeError)(filled(names, text))


library.checks.append(check)
