"""Names that a snippet uses and never binds: the libraries' own names, and what the person has in the rest of their text. Each is an
assumption, which is told. Leaves out names that are bound somewhere: using them too early is the script's own NameError."""

import ast
import builtins
import sys

from . import bridge, library
from .batches import labelled
from .imports import LIBRARIES
from .library import Missing
from .placeholder import Placeholder

ALIASES = {
    "nn": "torch.nn", "F": "torch.nn.functional", "np": "numpy", "pd": "pandas", "bnb": "bitsandbytes", "plt": "matplotlib.pyplot",
    "optim": "torch.optim",
}  # fmt: skip
ORDER = ("transformers", "peft", "trl", "datasets", "unsloth", "accelerate", "bitsandbytes", "torch.utils.data", "torch")
NOTEBOOK = {"display", "get_ipython"}


class Binder(ast.NodeVisitor):
    """Names bound anywhere in the text at the level of the module, names that are read, and where first."""

    def __init__(self):
        self.bound, self.read, self.stars = set(), {}, []
        self.scopes = [set()]

    def bind(self, name: str):
        self.scopes[-1].add(name)
        if len(self.scopes) == 1:
            self.bound.add(name)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            if not any(node.id in scope for scope in self.scopes[1:]):
                self.read.setdefault(node.id, node.lineno)
        elif isinstance(node.ctx, ast.Del) and len(self.scopes) == 1:
            # What a text takes away it has had.
            self.read.setdefault(node.id, node.lineno)
        else:
            self.bind(node.id)

    def visit_Import(self, node):
        for one in node.names:
            self.bind((one.asname or one.name).partition(".")[0])

    def visit_ImportFrom(self, node):
        for one in node.names:
            if one.name == "*":
                self.stars.append(node.module or "")
            else:
                self.bind(one.asname or one.name)

    def visit_Global(self, node):
        self.bound.update(node.names)

    def visit_ExceptHandler(self, node):
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node):
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node):
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node):
        if node.rest:
            self.bind(node.rest)
        self.generic_visit(node)

    def visit_ClassDef(self, node):
        self.bind(node.name)
        self.scopes.append({one.name for one in node.type_params})
        for one in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(one)
        self.inside(node.body, set())
        self.scopes.pop()

    def visit_TypeAlias(self, node):
        self.visit(node.name)
        self.scopes.append({one.name for one in node.type_params})
        self.visit(node.value)
        self.scopes.pop()

    def visit_FunctionDef(self, node):
        self.bind(node.name)
        self.scopes.append({one.name for one in node.type_params})
        self.function(node, node.body)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self.function(node, [node.body])

    def function(self, node, body):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *(one for one in (given.vararg, given.kwarg) if one)]
        for one in (*getattr(node, "decorator_list", ()), *given.defaults, *(one for one in given.kw_defaults if one)):
            self.visit(one)
        for one in (*(arg.annotation for arg in every if arg.annotation), *([node.returns] if getattr(node, "returns", None) else [])):
            self.visit(one)
        self.inside(body, {one.arg for one in every})

    def inside(self, body, names: set):
        # What a scope binds anywhere is its own name everywhere in it.
        local = Locals()
        for one in body:
            local.visit(one)
        self.scopes.append(names | local.names)
        for one in body:
            self.visit(one)
        self.scopes.pop()

    def comprehension(self, node):
        names = {one.id for part in node.generators for one in ast.walk(part.target) if isinstance(one, ast.Name)}
        self.scopes.append(names)
        self.generic_visit(node)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension


class Locals(Binder):
    """What one body binds, without the bodies of functions inside it."""

    def __init__(self):
        super().__init__()
        self.names = self.scopes[0]
        self.globals = set()

    def visit_Global(self, node):
        self.globals.update(node.names)

    def inside(self, body, names):
        pass

    def comprehension(self, node):
        pass

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension


def of_itself(body: list, bound: set, found: dict) -> None:
    """`rows = rows.map(f)` before anything binds `rows`: the rest of the text has it."""
    for one in body:
        names = Locals()
        names.visit(one)
        if isinstance(one, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            reader = Binder()
            for value in (one.value, one.target if isinstance(one, ast.AugAssign) else None):
                if value is not None:
                    reader.visit(value)
            mine = names.names - bound
            found.update({name: one.lineno for name in mine if name in reader.read or isinstance(one, ast.AugAssign)})
        for inner in ("body", "orelse", "finalbody"):
            if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                of_itself(getattr(one, inner, []), bound, found)
        bound |= names.names


def undefined(tree: ast.AST) -> dict:
    """Name -> the first line that reads it."""
    binder = Binder()
    binder.visit(tree)
    known = binder.bound | set(dir(builtins)) | {"__file__", "__name__", "__doc__", "__builtins__"}
    found = {name: line for name, line in binder.read.items() if name not in known}
    of_itself(tree.body, set(dir(builtins)), found)
    return found


def bind_undefined(lacking: dict, scope: dict) -> None:
    for name, line in sorted(lacking.items(), key=lambda one: one[1]):
        if name in NOTEBOOK:
            scope[name] = Placeholder(name)
            continue
        found = of_library(name)
        if found is not None:
            full, scope[name] = found
            bridge.assume(line, f"{name} is {full}, which the text doesn't import", f"{name} 是 {full}，文中没有导入", name)
        else:
            scope[name] = unknown(name, line)


def of_library(name: str):
    """(full name, object)"""
    if name in ALIASES:
        return ALIASES[name], module(ALIASES[name])
    if name in LIBRARIES or name in sys.stdlib_module_names and name.islower() and len(name) > 1:
        return name, module(name)
    listed = [owner for owner in ORDER if f"{owner}.{name}" in library.signature.chosen.calls or f"{owner}.{name}" in library.hand]
    for owner in listed or ORDER:
        full = f"{owner}.{name}"
        try:
            value = library.resolve(full) if known_in(owner, full, name) else None
        except Missing:
            continue
        if value is not None:
            return getattr(value, "_lab_path", full), value
    from_own = {"Path": "pathlib", "dataclass": "dataclasses", "field": "dataclasses", "partial": "functools", "tqdm": "tqdm"}
    if name in from_own:
        return f"{from_own[name]}.{name}", getattr(module(from_own[name]), name)
    if name in ("Optional", "List", "Dict", "Any", "Union", "Tuple", "Callable", "Sequence", "Literal"):
        return f"typing.{name}", getattr(module("typing"), name)
    return None


def known_in(owner: str, full: str, name: str) -> bool:
    """A library's name, rather than a word that a script may have for something of its own."""
    if name[0].isupper():
        return True
    return full in library.signature.chosen.calls and "_" in name or full in library.hand and "_" in name


def module(name: str):
    __import__(name)
    return sys.modules[name]


def unknown(name: str, line: int):
    """What the person has elsewhere: a model and a tokenizer are assumed to be llama's."""
    lower = name.lower()
    if lower in ("model", "base_model"):
        bridge.assume(line, f"{name} is a llama model in full precision", f"{name} 是全精度的 llama 模型", name)
        owner = library.make("transformers.AutoModelForCausalLM")
        return owner.from_pretrained("meta-llama/Llama-2-7b-hf")
    if lower in ("tokenizer", "tok"):
        bridge.assume(line, f"{name} is the model's tokenizer", f"{name} 是模型的分词器", name)
        return library.make("transformers.AutoTokenizer").from_pretrained("meta-llama/Llama-2-7b-hf")
    bridge.assume(line, f"{name} is defined elsewhere", f"{name} 在别处定义", name)
    if lower in ("batch", "inputs", "encoded", "encodings"):
        return labelled()
    return Placeholder(name)


