"""Changes a script's syntax tree before it runs, where Python gives an object no say: `unknown is None` is an assumption like any branch.
Places stay as they are. Leaves out everything else."""

import ast
import builtins

from . import lines
from .placeholder import Placeholder, named


def is_none(value):
    """An unknown value is taken to be there."""
    if isinstance(value, Placeholder) and type(value) is Placeholder:
        value._lab_tell(f"{value._lab_origin} is None", False)
        return False
    return value is None


def by_name(real):
    """getattr and hasattr: a name may be unknown, and what nobody knows is absent."""

    def asked(owner, name, *default):
        if isinstance(name, Placeholder):
            return True if real is hasattr else Placeholder(f"{named(owner)}.{name}")
        lines.by_name[0] += 1
        try:
            return real(owner, name, *default)
        finally:
            lines.by_name[0] -= 1

    return asked


class Asked(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        named = [one.arg for one in node.keywords if one.arg is not None]
        for one in node.keywords:
            if one.arg is None and named:
                # `model(**batch, labels=ids)`: a batch that nobody has seen has no labels of its own then.
                asked = ast.Call(ast.Name("__without__", ast.Load()), [one.value, *map(ast.Constant, named)], [])
                one.value = ast.fix_missing_locations(ast.copy_location(asked, one.value))
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr"):
            node.func = ast.copy_location(ast.Name(f"__{node.func.id}_of__", ast.Load()), node.func)
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return node
        if not (isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value is None):
            return node
        asked = ast.Call(ast.Name("__is_none__", ast.Load()), [node.left], [])
        made = asked if isinstance(node.ops[0], ast.Is) else ast.UnaryOp(ast.Not(), asked)
        return ast.fix_missing_locations(ast.copy_location(made, node))


def without(mapping, *names):
    """A stand-in batch beside arguments of the same names."""
    if not isinstance(mapping, dict):
        return mapping
    return {key: one for key, one in mapping.items() if not (key in names and isinstance(one, Placeholder))}


def rewritten(tree: ast.AST) -> ast.AST:
    builtins.__is_none__, builtins.__getattr_of__, builtins.__hasattr_of__ = is_none, by_name(getattr), by_name(hasattr)
    builtins.__without__ = without
    return Asked().visit(tree)
