"""Values as JSON, and what signatures.py reads in the source of a function: arguments taken out of **kwargs, deprecations, and what is refused when.

Knows no library; nothing is run but a decorator around nothing.
"""

import ast
import enum
import inspect
import re
import textwrap
import types
import warnings


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


def ends(function) -> list:
    """[release, arguments] of a `_deprecate_arguments` decorator: from that release on the function no longer takes them."""
    while hasattr(function, "__wrapped__"):
        names = function.__code__.co_freevars
        if {"version", "deprecated_args"} <= set(names):
            cells = dict(zip(names, function.__closure__))
            return [cells["version"].cell_contents, list(cells["deprecated_args"].cell_contents)]
        function = function.__wrapped__
    return []


def method_called(node) -> str | None:
    """`self.name()` as a statement."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute)):
        return None
    called = node.value
    alone = not called.args and not called.keywords and isinstance(called.func.value, ast.Name) and called.func.value.id == "self"
    return called.func.attr if alone else None


def refused(function, owner) -> list:
    """Exceptions that a check of settings raises: [conditions that all hold, in Python, type, text with expressions in braces].

    The methods of the class (`owner`) that it calls as a statement are part of it. Left out: what stands in loops, in `try` or after names that
    only the function knows.
    """
    tree = tree_of(function)
    if tree is None:
        return []
    out, local = [], set()

    def known(*parts) -> bool:
        return not any(isinstance(node, ast.Name) and node.id in local for part in parts for node in ast.walk(part))

    def visit(body, conditions) -> None:
        for node in body:
            method = vars(owner).get(method_called(node) or "")
            if inspect.isfunction(method) and known(*conditions):
                out.extend([[ast.unparse(one) for one in conditions] + inner, *rest] for inner, *rest in refused(method, owner))
            if isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                local.update(one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name) and one.id != "self")
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                local.update((one.asname or one.name).split(".")[0] for one in node.names)
            elif isinstance(node, ast.If):
                visit(node.body, [*conditions, node.test])
                visit(node.orelse, [*conditions, ast.UnaryOp(ast.Not(), node.test)])
            elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name) and node.exc.args:
                text = text_of(node.exc.args[0])
                if text and conditions and known(*conditions, node.exc.args[0]):
                    out.append([[ast.unparse(one) for one in conditions], node.exc.func.id, text])

    visit(tree.body[0].body, [])
    return out
