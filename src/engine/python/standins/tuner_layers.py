"""What PEFT puts into a tree, and the context in which its adapters are off. Leaves out what they compute."""

from . import bridge
from .modules import Module


class Adapterless:
    """`with model.disable_adapter():`"""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        return bridge.call_value("peft.PeftModel.disable_adapter", self.model, ["enter"])

    def __exit__(self, *raised):
        bridge.call("peft.PeftModel.disable_adapter", self.model, ["leave"])
        return False


class BaseTunerLayer(Module):
    """What PEFT puts in a module's place."""

    _lab_path = "peft.tuners.tuners_utils.BaseTunerLayer"


class LoraLayer(BaseTunerLayer):
    _lab_path = "peft.tuners.lora.LoraLayer"

    def _lab_child(self, name: str):
        if name in ("weight", "bias"):
            inside = super()._lab_child("base_layer")
            return None if inside is None else inside._lab_child(name)
        return super()._lab_child(name)
