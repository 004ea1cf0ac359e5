"""Writes module trees as short texts, equal ones once: `class|kind|parameters|children|extra|flow`.

kind: L linear, T Conv1D (weight [in, out]), E embedding, N norm, V convolution, D a layer of a stack, empty otherwise. Parameters
`weight=b,a` with a formula for each size, `!` behind one that is frozen from the start. Children `name:node`; a list that
repeats `[count]node`, with `n@node` in front for a first run of n others. extra is what repr() prints of a module without children.
"""

import re

import torch
from torch import nn

NOT_WEIGHTS = (nn.Dropout, nn.Identity)


def kind_of(module: nn.Module, layer: bool) -> str:
    if layer:
        return "D"
    if isinstance(module, nn.Linear):
        return "L"
    if type(module).__name__ == "Conv1D" and hasattr(module, "nf"):
        return "T"
    if isinstance(module, nn.Embedding):
        return "E"
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        return "V"
    own = dict(module.named_parameters(recurse=False))
    if "Norm" in type(module).__name__ and not list(module.children()) and all(p.dim() == 1 for p in own.values()):
        return "N"
    return ""


def signature(module: nn.Module) -> str:
    """What makes two layers of a list the same."""
    own = ";".join(f"{n}{tuple(p.shape)}" for n, p in module.named_parameters(recurse=False))
    inner = ",".join(f"{n}:{signature(c)}" for n, c in module.named_children())
    return f"{type(module).__name__}({own})[{inner}]"


def runs(modules) -> list[tuple[int, int]]:
    """(first index, length) of every run of equal modules."""
    found, before = [], None
    for i, module in enumerate(modules):
        now = signature(module)
        if now == before:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((i, 1))
        before = now
    return found


class Trees:
    """The nodes of all trees; a flow number can be given to a node by its path."""

    def __init__(self):
        self.nodes: list[str] = []
        self.index: dict[str, int] = {}

    def add(self, text: str) -> int:
        if text not in self.index:
            self.index[text] = len(self.nodes)
            self.nodes.append(text)
        return self.index[text]

    def encode(self, modules, formulas, flows: dict, stacks: set, seen=None, path="", layer=False) -> int:
        """Node of one module under all probes. `flows`: path in the first → flow of a layer; `seen`: modules that stand earlier."""
        seen = set() if seen is None else seen
        first = modules[0]
        seen.add(id(first))
        own = []
        for name, parameter in first.named_parameters(recurse=False):
            shapes = zip(*(dict(m.named_parameters(recurse=False))[name].shape for m in modules))
            own.append(f"{name}={','.join(formulas.of(s) for s in shapes)}{'' if parameter.requires_grad else '!'}")
        children = self.children(modules, formulas, flows, stacks, seen, path)
        extra = "" if children or kind_of(first, layer) in ("L", "E", "T") else self.extra(modules, formulas)
        fields = [type(first).__name__, kind_of(first, layer), ";".join(own), children, extra, str(flows.get(path, ""))]
        return self.add("|".join(fields).rstrip("|"))

    def extra(self, modules, formulas) -> str:
        texts = [m.extra_repr().replace("|", "/").replace("\n", " ") for m in modules]
        number = re.compile(r"(?<![\w.-])\d+(?![\w.]|-)")
        if len({number.sub("#", t) for t in texts}) > 1:
            return texts[0]
        values = zip(*(map(int, number.findall(t)) for t in texts))
        try:
            filled = iter([str(v[0]) if len(set(v)) == 1 else "{" + formulas.of(v) + "}" for v in values])
        except ValueError:  # a number that no weight follows
            return texts[0]
        return number.sub(lambda _: next(filled), texts[0])

    def children(self, modules, formulas, flows, stacks, seen, path) -> str:
        at = f"{path}." if path else ""
        first = modules[0]
        if isinstance(first, nn.ModuleList) and len(first) > 0:
            everywhere = [runs(m) for m in modules]
            if len({len(r) for r in everywhere}) == 1 and len(everywhere[0]) <= 2:
                parts = []
                for number, places in enumerate(zip(*everywhere)):
                    node = self.encode([m[i] for m, (i, _) in zip(modules, places)], formulas, flows, stacks, seen,
                                       f"{at}{places[0][0]}", path in stacks)
                    last = number == len(everywhere[0]) - 1
                    parts.append(str(node) if last else f"{formulas.of(tuple(n for _, n in places))}@{node}")
                return f"[{formulas.of(tuple(len(m) for m in modules))}]{','.join(parts)}"
        parts = []
        for name, child in first.named_children():
            if id(child) in seen:
                continue
            same = [dict(m.named_children())[name] for m in modules]
            parts.append(f"{name}:{self.encode(same, formulas, flows, stacks, seen, f'{at}{name}')}")
        return ",".join(parts)


def ties(model: nn.Module) -> list[list[str]]:
    """Names of parameters that are one tensor, the name that named_parameters() lists first."""
    groups: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        groups.setdefault(id(parameter), []).append(name)
    return [names for names in groups.values() if len(names) > 1]


def path_of(model: nn.Module, module) -> str:
    return next((name for name, m in model.named_modules() if m is module), "")


def on_meta(make):
    with torch.device("meta"):
        return make()
