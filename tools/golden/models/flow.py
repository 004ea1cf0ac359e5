"""Runs a small model of a type once and writes who uses whose output: the flow of the whole, and of one layer of each stack.

Read off the graph of autograd: from the input of a module back to the nearest outputs of others. A flow is a list of steps
`path<sources`, sources being numbers of earlier steps, `x` the hidden states that entered the layer, `s` what else entered it
from outside, `&` in front of a parameter that no module of its own holds. A `*` in a path: every child of a list.
"""

import sys

import torch
from torch import nn

from batches import batch_for


def is_leaf(module: nn.Module) -> bool:
    """Owns parameters and has nobody below that does."""
    return next(module.parameters(recurse=False), None) is not None and not any(
        next(child.parameters(), None) is not None for child in module.children()
    )


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict) or hasattr(value, "to_tuple"):
        yield from tensors(tuple(value.values()))


def stack_paths(model: nn.Module) -> list[str]:
    """Lists of layers that are no part of another list."""
    found: list[str] = []
    for path, module in model.named_modules():
        inside = any(path.startswith(f"{other}.") for other in found)
        if isinstance(module, nn.ModuleList) and len(module) > 1 and not inside and all(list(c.children()) for c in module):
            found.append(path)
    return found


class Trace:
    def __init__(self, model: nn.Module):
        self.model = model
        self.made: dict[int, str] = {}  # id of a grad_fn → 'step 3', 'x', 'out model.layers'
        self.keep: list = []  # grad_fns stay alive, so that ids stay theirs
        self.top: list[list] = []
        self.local: list[list] | None = None
        self.layers: dict[str, list] = {}
        self.stacks: dict[str, int] = {}
        self.checkpointed: set[str] = set()
        self.depth = 0
        self.owner = {}
        for path, module in model.named_modules():
            for name, parameter in module.named_parameters(recurse=False):
                self.owner.setdefault(id(parameter), (path, name))

    def mark(self, tensor, label: str) -> None:
        if tensor is not None and tensor.grad_fn is not None:
            self.made[id(tensor.grad_fn)] = label
            self.keep.append(tensor.grad_fn)

    def sources(self, values) -> list[str]:
        values = list(values)
        todo = [t.grad_fn for t in values if t.grad_fn is not None]
        # A parameter that is passed on as it stands: the node that its gradient goes to, which a view of it leads to.
        todo += [t.expand_as(t).grad_fn.next_functions[0][0] for t in values if t.is_leaf and t.requires_grad]
        seen, found = set(), []
        while todo:
            node = todo.pop()
            if node is None or id(node) in seen:
                continue
            seen.add(id(node))
            self.keep.append(node)
            label = self.made.get(id(node))
            variable = getattr(node, "variable", None)
            if label is not None:
                found.append(label)
            elif variable is not None:
                # Taken as it stands and not through its module.
                path, name = self.owner.get(id(variable), ("", ""))
                if name:
                    found.append(f"&{path}.{name}" if path else f"&{name}")
            else:
                todo += [n for n, _ in node.next_functions]
        return list(dict.fromkeys(found))

    def step(self, path: str, sources: list[str]) -> int:
        steps = self.top if self.local is None else self.local
        steps.append([path, sources])
        return len(steps) - 1

    def watch_leaf(self, path: str, module: nn.Module) -> None:
        def before(_, args, kwargs):
            module.flow_sources = self.sources(tensors((args, kwargs)))

        def after(_, args, output):
            number = self.step(path, module.flow_sources)
            label = f"{'top' if self.local is None else 'in'} {number}"
            for tensor in tensors(output):
                self.mark(tensor, label)

        module.register_forward_pre_hook(before, with_kwargs=True)
        module.register_forward_hook(after)

    def watch_layer(self, stack: str, index: int, module: nn.Module) -> None:
        def before(_, args, kwargs):
            hidden = args[0] if args else kwargs["hidden_states"]
            others = [t for t in tensors((args[1:], kwargs)) if t is not hidden]
            if stack not in self.stacks or index == 0:
                self.stacks[stack] = self.step(f"{stack}.*", self.sources([hidden]))
            side = [s for s in self.sources(others) if s.startswith(("top", "&"))]
            if side and len(self.top[self.stacks[stack]]) == 2:
                self.top[self.stacks[stack]].append(side)
            if self.depth:
                self.checkpointed.add(stack)
            self.outer = self.local
            self.local = []
            self.mark(hidden, "x")

        def after(_, args, output):
            out = output if isinstance(output, torch.Tensor) else output[0]
            ends = self.sources([out])
            self.layers[f"{stack}.{index}"] = [self.local, ends]
            self.local = None
            self.mark(out, f"top {self.stacks[stack]}")

        module.register_forward_pre_hook(before, with_kwargs=True)
        module.register_forward_hook(after)


def starred(path: str, alike: set[str]) -> str:
    """The path with `*` for the members of lists whose members are alike (experts)."""
    parts = path.split(".")
    return ".".join("*" if ".".join(parts[:i]) in alike else part for i, part in enumerate(parts))


def tidy(steps: list, ends: list[str], root: str, top: bool, alike: set[str] = frozenset()) -> str:
    """Steps as text. Members of a list inside a layer become one step with `*`; sources from elsewhere become `s`."""
    order: list[list] = []
    number: dict[int, int] = {}
    for i, (path, sources, *side) in enumerate(steps):
        local = path if top else starred(path, alike)[len(root) + 1 :]
        known = next((j for j, step in enumerate(order) if step[0] == local and "*" in local and not top), None)
        if known is None:
            order.append([local, [], [], False])
            known = len(order) - 1
        number[i] = known
        merge(order[known][1], place(sources, number, root, top, known))
        for values in side:
            merge(order[known][2], place(values, number, root, top, known))
    texts = [f"{p}<{','.join(s)}{'/' + ','.join(side) if side else ''}" for p, s, side, _ in order]
    return ";".join(texts + [f"<{','.join(place(ends, number, root, top, -1))}"])


def merge(into: list, values: list) -> None:
    into += [v for v in values if v not in into]


def place(sources: list[str], number: dict, root: str, top: bool, itself: int) -> list[str]:
    found = []
    for source in sources:
        where, _, index = source.partition(" ")
        if source.startswith("&"):
            inside = source.startswith(f"&{root}.")
            found.append(source if top else f"&{source[len(root) + 2 :]}" if inside else "s")
        elif where == "x":
            found.append("x")
        elif where == ("top" if top else "in") and int(index) in number:
            found.append(str(number[int(index)]))
        elif not top and where == "top":
            found.append("s")
    return [f for f in dict.fromkeys(found) if f != str(itself)]


def trace(model: nn.Module, head: str) -> tuple[str, dict[str, str], list[str]]:
    """(flow of the whole, flow of each layer by path, stacks that checkpoint)."""
    model.train()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    stacks = stack_paths(model)
    watch = Trace(model)
    layers = {f"{stack}.{name}" for stack in stacks for name, _ in model.get_submodule(stack).named_children()}
    for path, module in list(model.named_modules()):
        if path in layers:
            watch.watch_layer(path.rpartition(".")[0], int(path.rpartition(".")[2]), module)
        elif is_leaf(module):
            watch.watch_leaf(path, module)
    alike = {
        path for path, module in model.named_modules()
        if isinstance(module, nn.ModuleList) and len(module) > 1 and len({type(m) for m in module}) == 1 and path not in stacks
    }
    output = model(**batch_for(model.config, head, model))
    loss = output.loss if head != "Model" else output[0].float().sum()
    flow = tidy(watch.top, watch.sources([loss]), "", True)
    return flow, {path: tidy(steps, ends, path, False, alike) for path, (steps, ends) in watch.layers.items()}, watch


def checkpointing(model: nn.Module, head: str) -> list[str] | None:
    """Stacks whose layers run inside a checkpoint when it is on; null: the model refuses."""
    import torch.utils.checkpoint as library

    if not getattr(model, "supports_gradient_checkpointing", False):
        return None
    watch = Trace(model)
    real = library.checkpoint
    found = set()
    stack_of = {id(layer): stack for stack in stack_paths(model) for layer in model.get_submodule(stack)}

    def inside(function, *args, **kwargs):
        watch.depth += 1
        # Some releases checkpoint layer.forward, which no hook sees.
        named = [getattr(getattr(function, "func", function), "__self__", None), *getattr(function, "args", ())]
        found.update(stack_of[id(owner)] for owner in named if id(owner) in stack_of)
        kwargs["use_reentrant"] = False
        try:
            return real(function, *args, **kwargs)
        finally:
            watch.depth -= 1

    for stack in stack_paths(model):
        for layer in model.get_submodule(stack):
            layer.register_forward_pre_hook(lambda *_, s=stack: found.add(s) if watch.depth else None)
    # Some modules took the function by its name.
    named = [library, *(module for name, module in list(sys.modules.items()) if name.startswith("transformers.models.") and vars(module).get("checkpoint") is real)]
    for module in named:
        module.checkpoint = inside
    try:
        model.gradient_checkpointing_enable()
        for module in model.modules():
            if hasattr(module, "_gradient_checkpointing_func"):
                module._gradient_checkpointing_func = inside
        model.train()
        if hasattr(model.config, "use_cache"):
            model.config.use_cache = False
        model(**batch_for(model.config, head, model))
    finally:
        for module in named:
            module.checkpoint = real
    return sorted(found)
