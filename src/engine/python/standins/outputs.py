"""What a forward of a model returned: its loss and its other tensors lead back to it. Leaves out the forward."""

from . import bridge, lines
from .placeholder import Placeholder
from .tensors import Link, Modes, Tensor, cut


class Output(Placeholder):
    """What a forward returned: its loss and its other tensors lead back to it."""

    def __init__(self, reply_value, has_loss: bool):
        super().__init__("outputs")
        object.__setattr__(self, "_lab_ref", reply_value["ref"])
        object.__setattr__(self, "_lab_has_loss", has_loss)
        object.__setattr__(self, "_lab_links", (Link(self._lab_ref, ""),))
        # Of a real forward the wiring knows the mode; of one that is tried nobody else does.
        if bridge.state.probing and not (Modes.grad and not Modes.inference):
            object.__setattr__(self, "_lab_links", cut(self._lab_links))

    def _lab_reference(self):
        return {"ref": self._lab_ref}

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        value = None
        if name != "loss" or self._lab_has_loss:
            value = Tensor(f"outputs.{name}", tuple(one.changed(path=name) for one in self._lab_links))
        self.__dict__[name] = value
        return value

    def __getitem__(self, key):
        if isinstance(key, str):
            return getattr(self, key)
        if isinstance(key, slice):
            return self.to_tuple()[key]
        return getattr(self, self._lab_fields()[key] if -3 <= key < len(self._lab_fields()) else "hidden_states")

    def __setitem__(self, key, value):
        self.__dict__[key] = value

    def _lab_fields(self):
        return ("loss", "logits", "past_key_values") if self._lab_has_loss else ("logits", "past_key_values", "hidden_states")

    def __iter__(self):
        name, many = lines.caller_instruction()
        fields = self._lab_fields()[: many if name == "UNPACK_SEQUENCE" else 2]
        return iter([getattr(self, one) for one in fields])

    def to_tuple(self):
        return tuple(getattr(self, one) for one in self._lab_fields())

    def get(self, name, default=None):
        return getattr(self, name)

    def keys(self):
        return self._lab_fields()

    def values(self):
        return self.to_tuple()

    def items(self):
        return [(name, getattr(self, name)) for name in self._lab_fields()]

    def __contains__(self, name):
        return name in self._lab_fields()
