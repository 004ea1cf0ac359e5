"""A module of the script's own that is put into a tree of the wiring: what it holds, and what its forward makes of its input, its
modules and its parameters, which is tried once. Leaves out what the wiring does with it."""

from . import bridge, lines, modules, parameters, recorded
from .modules import Module, below
from .parameters import Parameter
from .placeholder import links_of
from .tensors import Link, Tensor

INPUT, STEP = "x", "step"
"""What a link of a tried forward leads to: the input, or the module that ran as the n-th."""


def own_parameters(module, prefix: str = ""):
    """Every parameter below a module of the script's, without those of the wiring."""
    for name, one in module.__dict__.items():
        if name.startswith("_lab"):
            continue
        if isinstance(one, Parameter) and "_lab_ref" not in one.__dict__:
            yield below(prefix, name), one
        elif isinstance(one, Module) and one._lab_ref is None:
            yield from own_parameters(one, below(prefix, name))


def held(module, prefix: str = ""):
    """Modules of the wiring below a module of the script's."""
    for name, one in module.__dict__.items():
        if name.startswith("_lab") or not isinstance(one, Module):
            continue
        if one._lab_ref is not None:
            yield below(prefix, name), one
        else:
            yield from held(one, below(prefix, name))


def described(module) -> dict:
    children = [[name, described(one)] for name, one in module.named_children() if one._lab_ref is None]
    return {
        "class": type(module).__name__,
        "parameters": [
            [name, list(one.shape), one.dtype.name, bool(one.requires_grad), one._lab_zero]
            for name, one in sorted(module.__dict__.items(), key=lambda item: item[0] == "bias")
            if isinstance(one, Parameter) and "_lab_ref" not in one.__dict__
        ],
        "children": children,
    }


def tried(module, inner: dict, own: dict):
    """The modules of the wiring that its forward runs, each with what goes into it, and what comes out at the end."""
    steps = []
    numbers = {one._lab_number: name for name, one in own.items()}

    def sources(values) -> list:
        found = {}
        for link in links_of(values):
            if link.detached:
                continue
            if link.ref == -1:
                key = (INPUT, "") if link.path == INPUT else (STEP, link.path)
            elif link.ref in numbers:
                key = ("parameter", numbers[link.ref])
            else:
                continue
            found[key] = found.get(key, True) and link.dead
        return [[kind, name, dead] for (kind, name), dead in found.items()]

    def run(called, args, kwargs):
        path = next((path for path, one in inner.items() if one is called), None)
        if path is None:
            owner = next(((path, one) for path, one in inner.items() if one._lab_ref == called._lab_ref and inside(called, one)), None)
            path = None if owner is None else below(owner[0], called._lab_below[len(owner[1]._lab_below) :].lstrip("."))
        if path is None:
            return Tensor("output")
        steps.append([path, sources((*args, *kwargs.values()))])
        return Tensor("output", (Link(-1, str(len(steps) - 1)),))

    before, modules.forward["wiring"] = modules.forward["wiring"], run
    bridge.state.making += 1
    try:
        out = module.forward(Tensor("input", (Link(-1, INPUT),)))
        out = out[0] if isinstance(out, (tuple, list)) and out else out
        return steps, sources((out,)), bool(getattr(out, "_lab_zero", False))
    except Exception:
        # What can't be tried is taken to use all that it holds.
        every = [[path, [[INPUT, "", False]]] for path in inner]
        return every, [[INPUT, "", False], *([STEP, str(at), False] for at in range(len(every))), *(["parameter", name, False] for name in own)], False
    finally:
        bridge.state.making -= 1
        modules.forward["wiring"] = before


def inside(module, owner) -> bool:
    return owner._lab_below == "" or module._lab_below == owner._lab_below or module._lab_below.startswith(f"{owner._lab_below}.")


def graft(parent, name: str, module) -> None:
    """`parent.name = module`"""
    own, inner = dict(own_parameters(module)), dict(held(module))
    if any(one._lab_ref != parent._lab_ref for one in inner.values()):
        bridge.note("not-modelled", lines.user_line(), "A module of another model in this one", "把另一个模型的模块放入此模型", "setattr")
        return
    steps, final, zero = tried(module, inner, own)
    place = below(parent._lab_below, name)
    told = {**described(module), "held": [[path, one] for path, one in inner.items()]}
    bridge.call("torch.nn.Module.__setattr__", parent, [name, {**told, "steps": steps, "final": final, "zero": zero}])
    for path, one in inner.items():
        moved(one, below(place, path))
    for path, one in own.items():
        facts = parameters.Facts(path, list(one.shape), one.dtype.name, bool(one._lab_own), one.numel())
        one._lab_place(parent._lab_ref, below(place, path), facts)
        parameters.put(parent._lab_ref, below(place, path), one)
    settle(module, parent._lab_ref, place)


def settle(module, ref: int, place: str) -> None:
    """Its modules are the wiring's now; a layer goes on computing with its own parameters."""
    for name, one in module.named_children():
        if one._lab_ref is None:
            settle(one, ref, below(place, name))
    put = object.__setattr__
    if recorded.made_by_script(type(module)):
        put(module, "_lab_ref", ref)
        put(module, "_lab_below", place)
    recorded.objects[(ref, place)] = module


def moved(module, place: str) -> None:
    """The objects of a module and of what is below it, under their new path."""
    ref, old = module._lab_ref, module._lab_below
    for key in [one for one in recorded.objects if one[0] == ref and (one[1] == old or one[1].startswith(f"{old}."))]:
        one = recorded.objects.pop(key)
        object.__setattr__(one, "_lab_below", place + key[1][len(old) :])
        recorded.objects[(ref, one._lab_below)] = one
    parameters.move(ref, old, place)


modules.grafts["graft"] = graft
