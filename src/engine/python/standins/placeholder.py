"""Whatever nobody here knows: it takes any attribute, call, item, operator, `with`, `await` and a short iteration, and remembers
where it came from. A branch on it is an assumption, which is told. Leaves out what is known of a library."""

import sys

from .lines import caller_instruction, in_while_test, span_of, user_frame, user_line
from .script_functions import failure_class, failures, is_of_script, needs_nothing

_frame_at = sys._getframe

LONGEST_ORIGIN = 100
"""Characters of an origin that are kept."""

ITEMS = 2
"""Items of an iteration over what nobody knows."""

WHILE_TRUE = 2
"""How often an unknown condition of a while loop holds."""

known_results: dict = {}
"""What a call of a name gives where it decides a branch, by origin: a value, or a function of the arguments."""

DECIDES = {
    "torch.cuda.device_count", "torch.cuda.get_device_capability", "torch.cuda.get_device_name", "torch.distributed.get_world_size",
}  # fmt: skip
"""Those of them that are no yes or no, and that scripts branch on all the same."""

TRAINS = {"fit", "train", "finetune", "initialize", "launch", "train_model", "distributed_launch"}
"""Functions of unknown libraries that decide what becomes of a model they are given."""

tell_assumption = None
"""Set by bridge.py: (line, en, zh, source)."""

tell_unmodelled = None
"""Set by bridge.py: (origin)."""

_asked: dict = {}


def forget() -> None:
    _asked.clear()
    failures.clear()
    _expanded[0] = None


def expanded_in(frame):
    span = span_of(frame)
    return None if span is None else (frame, span)


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ORIGIN else text[: LONGEST_ORIGIN - 1] + "…"


def named(value) -> str:
    """An argument as an origin shows it."""
    if isinstance(value, Placeholder):
        return value._lab_origin
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    return repr(value[:30]) if isinstance(value, str) else "…"


def links_of(values) -> tuple:
    """The tensors of a model that are among these values."""
    found = ()
    for value in values:
        if isinstance(value, Placeholder):
            found += value._lab_links
        elif isinstance(value, (list, tuple)) and value:
            found += links_of(value[:50])
        elif type(value) is dict:
            found += links_of(list(value.values())[:50])
    return found if len(found) < 2 else tuple(dict.fromkeys(found))


class PlaceholderBase:
    """What stands for an unknown class that the script makes a class of its own from."""

    def __init__(self, *args, **kwargs):
        for name, value in kwargs.items():
            setattr(self, name, value)

    def __init_subclass__(cls, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(f"{type(self).__name__}().{name}")


class Placeholder:
    """See the module."""

    _lab_links = ()

    def __init__(self, origin: str, links: tuple = ()):
        object.__setattr__(self, "_lab_origin", shortened(origin))
        if links:
            object.__setattr__(self, "_lab_links", links)

    def _lab_new(self, origin: str, *operands):
        """Another unknown, made of this one and these."""
        links = self._lab_links
        if operands:
            links = links_of((self, *operands))
        return (_tensor_class or Placeholder)(origin, links) if links else Placeholder(origin)

    def __getattr__(self, name: str):
        if name.startswith("__") and name.endswith("__"):
            if name in ("__name__", "__qualname__"):
                return self._lab_origin.rpartition(".")[2]
            if name == "__version__":
                self._lab_tell(f"{self._lab_origin}.__version__", "0.0.0")
                return "0.0.0"
            raise AttributeError(name)
        if name.startswith("_lab"):
            raise AttributeError(name)
        if name.endswith(("Error", "Exception", "Warning", "Exit")) and name[0].isupper():
            return failure_class(name)
        child = self._lab_new(f"{self._lab_origin}.{name}")
        self.__dict__[name] = child
        return child

    def __call__(self, *args, **kwargs):
        if self._lab_origin in known_results:
            value = known_results[self._lab_origin]
            if isinstance(value, bool) or self._lab_origin in DECIDES:
                self._lab_tell(f"{self._lab_origin}()", value)
            return value(*args, **kwargs) if callable(value) else value
        if len(args) == 1 and not kwargs and is_of_script(args[0]):
            return args[0] if isinstance(args[0], type) else needs_nothing(args[0], Placeholder)
        if self._lab_origin.rpartition(".")[2] in TRAINS and tell_unmodelled is not None:
            if any(getattr(type(one), "_lab_reference", None) and not isinstance(one, Placeholder) for one in (*args, *kwargs.values())):
                tell_unmodelled(self._lab_origin)
        shown = ", ".join([*map(named, args[:3]), *(f"{key}={named(value)}" for key, value in list(kwargs.items())[:2])])
        return self._lab_new(f"{self._lab_origin}({shown})", *args, *kwargs.values())

    def __getitem__(self, key):
        return self._lab_new(f"{self._lab_origin}[{named(key)}]")

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __delattr__(self, name):
        self.__dict__.pop(name, None)

    def __iter__(self):
        name, count = caller_instruction()
        many = count if name == "UNPACK_SEQUENCE" else (count & 255) + (count >> 8) if name == "UNPACK_EX" else ITEMS
        return iter([self[at] for at in range(many)])

    def __next__(self):
        done = self.__dict__.get("_lab_taken", 0)
        if done >= ITEMS:
            raise StopIteration
        object.__setattr__(self, "_lab_taken", done + 1)
        return self[done]

    def __reversed__(self):
        return iter([self[at] for at in range(ITEMS)])

    def keys(self):
        """`**unknown` gives no argument that anybody could name."""
        name, _ = caller_instruction()
        if name in ("DICT_MERGE", "DICT_UPDATE"):
            _expanded[0] = expanded_in(_frame_at(1))
            return []
        return self._lab_new(f"{self._lab_origin}.keys()")

    def __contains__(self, item):
        return self._lab_decide(f"{named(item)} in {self._lab_origin}")

    def __bool__(self):
        return self._lab_decide(self._lab_origin)

    def _lab_decide(self, source: str) -> bool:
        line = user_line()
        told = _asked.get((line, source), 0)
        _asked[(line, source)] = told + 1
        if in_while_test(line) and _asked.setdefault(line, 0) >= WHILE_TRUE:
            _asked[line] = 0
            return False
        if in_while_test(line):
            _asked[line] += 1
        if told == 0:
            self._lab_tell(source, True)
        return True

    def _lab_tell(self, source: str, value) -> None:
        line = user_line()
        if tell_assumption is not None and (line, source, value) not in _asked:
            _asked[(line, source, value)] = 1
            en, zh = (("true", "真") if value else ("false", "假")) if isinstance(value, bool) else (repr(value), f" {value!r}")
            tell_assumption(line, f"{source} is taken to be {en}", f"{source} 视为{zh}", source)

    def __len__(self):
        return ITEMS

    def __int__(self):
        self._lab_tell(self._lab_origin, 1)
        return 1

    __index__ = __int__

    def __float__(self):
        self._lab_tell(self._lab_origin, 1)
        return 1.0

    def __complex__(self):
        return 1 + 0j

    def __round__(self, digits=None):
        return self

    def __str__(self):
        return self._lab_origin

    def __repr__(self):
        return f"<{self._lab_origin}>"

    def __format__(self, spec):
        return self._lab_origin

    def __fspath__(self):
        return self._lab_origin.replace("/", "_")

    def __bytes__(self):
        return self._lab_origin.encode()

    def __hash__(self):
        return id(self) >> 4

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        return False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *raised):
        return False

    def __await__(self):
        return self
        yield

    def __aiter__(self):
        object.__setattr__(self, "_lab_taken", 0)
        return self

    async def __anext__(self):
        try:
            return self.__next__()
        except StopIteration:
            raise StopAsyncIteration from None

    def __mro_entries__(self, bases):
        return () if any(isinstance(one, type) and one is not object for one in bases) else (PlaceholderBase,)

    def __instancecheck__(self, instance):
        return type(instance).__name__ == self._lab_origin.rpartition(".")[2]

    def __subclasscheck__(self, cls):
        return any(one.__name__ == self._lab_origin.rpartition(".")[2] for one in getattr(cls, "__mro__", ()))

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return (Placeholder, (self._lab_origin,))


_expanded = [None]
"""(frame, span) of where an unknown was last given as `**unknown`."""


def got_unknown() -> bool:
    """Whether a call of the script that is running was given `**unknown`: what it lacks is taken to be in there."""
    if _expanded[0] is None:
        return False
    made_in, (start, end) = _expanded[0]
    # A function of the script's own hands its **kwargs on: the call that it runs for counts.
    frame = user_frame()
    while frame is not None and frame is not made_in:
        frame = frame.f_back
    call = span_of(frame)
    return call is not None and call[0] <= start and end <= call[1]

_tensor_class = None


def set_tensor_class(cls) -> None:
    global _tensor_class
    _tensor_class = cls


def _operator(symbol: str, reflected: bool):
    def method(self, other=None):
        text = f"{named(other)} {symbol} {self._lab_origin}" if reflected else f"{self._lab_origin} {symbol} {named(other)}"
        return self._lab_new(text, other)

    return method


for _name, _symbol in {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "and": "&",
    "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "divmod": "divmod",
}.items():  # fmt: skip
    setattr(Placeholder, f"__{_name}__", _operator(_symbol, False))
    setattr(Placeholder, f"__r{_name}__", _operator(_symbol, True))
for _name, _symbol in {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}.items():
    setattr(Placeholder, f"__{_name}__", _operator(_symbol, False))
for _name in ("neg", "pos", "abs", "invert", "floor", "ceil", "trunc"):
    setattr(Placeholder, f"__{_name}__", lambda self: self)

