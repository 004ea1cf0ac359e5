"""Functions and classes of the script itself, as what calls them for a library sees them. Leaves out who calls."""

import inspect
import types

from .lines import SCRIPT


failures: dict = {}


def failure_class(name: str):
    """An exception class of an unknown library, so that `except library.SomeError` can stand."""
    if name not in failures:
        failures[name] = type(name, (Exception,), {})
    return failures[name]


def needs_nothing(function, unknown):
    """The script's function, called without arguments by a library that nobody knows: what it lacks is unknown too."""
    given = getattr(function, "_lab_defaults", {})

    def called(*args, **kwargs):
        try:
            parameters = list(inspect.signature(function).parameters.values())
        except (TypeError, ValueError):
            return function(*args, **kwargs)
        for at, one in enumerate(parameters):
            if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) or at < len(args) or one.name in kwargs:
                continue
            if one.name in given:
                kwargs[one.name] = given[one.name]
            elif one.default is one.empty:
                kwargs[one.name] = unknown(one.name)
        return function(*args, **kwargs)

    called.__name__ = getattr(function, "__name__", "function")
    called.__doc__ = function.__doc__
    called.__wrapped__ = function
    return called


def is_of_script(value) -> bool:
    if isinstance(value, types.FunctionType):
        return value.__code__.co_filename == SCRIPT or hasattr(value, "__wrapped__")
    return isinstance(value, type) and value.__module__ == "__main__"
