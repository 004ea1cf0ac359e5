"""Pretrained and PEFT models, what their forward returns, and the classes of what the wiring gives back, by name. Leaves out the tree
(modules.py) and what the calls do (the wiring)."""

import re

from . import bridge, library, parameters, placeholder, signature
from .library import Known, hand, mixins
from .layers import Layer, Layers, Parallel, Sharded
from .modules import Module, forward
from .outputs import Output
from .placeholder import Placeholder
from .tuner_layers import Adapterless, BaseTunerLayer, LoraLayer
from .tensors import Link, Tensor, dtype

_classes: dict = {}

MODEL_NAME = re.compile(r"[A-Z]\w*(For[A-Z]\w+|LMHeadModel|DoubleHeadsModel|Model)$")
TOKENIZER_NAME = re.compile(r"[A-Z]\w*(Tokenizer|TokenizerFast|Processor|FeatureExtractor)$")
LISTS = {"ModuleList", "Sequential", "ModuleDict", "ParameterDict"}


def forget() -> None:
    _classes.clear()


def call_module(module, args, kwargs):
    labelled = "labels" in kwargs or placeholder.got_unknown() or any(hasattr(one, "_lab_labelled") for one in args)
    if bridge.state.probing:
        return Output({"ref": -1}, bool(labelled))
    value = bridge.call("torch.nn.Module.__call__", module, args, kwargs).get("value")
    if not (isinstance(value, dict) and "ref" in value):
        return Tensor(f"{type(module).__name__}(…)", placeholder.links_of((*args, *kwargs.values())))
    if isinstance(module, library.make("transformers.PreTrainedModel")) or isinstance(module, PeftBehaviour) or not module._lab_below:
        return Output(value, bool(labelled))
    return Tensor("output", (Link(value["ref"], value.get("path", "")),))


forward["wiring"] = call_module


class PretrainedBehaviour(Module):
    """transformers.PreTrainedModel, beside what its signatures give."""

    def __init__(self, config=None, *inputs, **kwargs):
        # `LlamaForCausalLM(config)` is a model; `PreTrainedModel` itself, which scripts make classes of their own from, is none.
        path = library.library_path(self)
        if MODEL_NAME.match(path.rpartition(".")[2]) and not path.endswith("PreTrainedModel"):
            library.construct(self, path, [config, *inputs], kwargs, {})
        else:
            object.__setattr__(self, "config", config)

    def generate(self, *args, **kwargs):
        return generated(self, args, kwargs)

    def save_pretrained(self, *args, **kwargs):
        return bridge.call_value("transformers.PreTrainedModel.save_pretrained", self, args, kwargs)

    def push_to_hub(self, *args, **kwargs):
        return Placeholder("push_to_hub()")

    def can_generate(self):
        return True

    def get_input_embeddings(self):
        return table_named(self, INPUT_TABLES)

    def get_output_embeddings(self):
        return table_named(self, OUTPUT_TABLES)

    def get_encoder(self, *args, **kwargs):
        return self._lab_half("encoder")

    def get_decoder(self, *args, **kwargs):
        return self._lab_half("decoder")

    def _lab_half(self, name: str):
        """The module of that name; of a model with one stack, everything below its head."""
        for path, one in self.named_modules():
            if path.rpartition(".")[2] == name:
                return one
        return next((one for _, one in self.named_children() if any(True for _ in one.named_children())), self)

    def post_init(self):
        return None

    def prepare_inputs_for_generation(self, *args, **kwargs):
        return Placeholder("inputs")


INPUT_TABLES = ("embed_tokens", "wte", "word_embeddings", "embed_in", "tok_embeddings", "shared")
OUTPUT_TABLES = ("lm_head", "embed_out", "output_layer")


def table_named(model, names):
    """The module of the tree that has one of these names; of a wrapped one, the module that is in use."""
    for path, one in model.named_modules():
        if path.rpartition(".")[2] in names:
            return one
    return Placeholder("embeddings")


def generated(model, args, kwargs):
    """Only what the mode of gradients and the model are matter: tokens come out."""
    bridge.call("transformers.GenerationMixin.generate", model, args, kwargs)
    return Tensor("generated", kind=dtype("int64"), of_result=False)


class TunerBehaviour(Module):
    """peft.LoraModel: what it lacks is the base model's."""

    def _lab_child(self, name: str):
        own = super()._lab_child(name)
        inside = None if own is not None or name == "model" else super()._lab_child("model")
        return own if inside is None else inside._lab_child(name)


class PeftBehaviour(Module):
    """peft.PeftModel: what it lacks is its tuner's, then the base model's."""

    def _lab_child(self, name: str):
        own = super()._lab_child(name)
        inside = None if own is not None or name == "base_model" else super()._lab_child("base_model")
        return own if inside is None else inside._lab_child(name)

    def _lab_missing(self, name: str):
        for path in ("peft.LoraModel", "transformers.PreTrainedModel"):
            owner = library.make(path)
            found = owner.__dict__.get(name) or getattr(owner, name, None)
            if found is not None and not isinstance(found, property) and hasattr(found, "__get__"):
                return found.__get__(self, type(self))
        return super()._lab_missing(name)

    def generate(self, *args, **kwargs):
        return generated(self, args, kwargs)

    def push_to_hub(self, *args, **kwargs):
        return Placeholder("push_to_hub()")

    def disable_adapter(self):
        return Adapterless(self)


class ConfigBehaviour(Known):
    """The configuration of a model."""

    def __init__(self, **kwargs):
        bridge.state.making += 1
        Placeholder.__init__(self, type(self).__name__)
        self.__dict__.update(kwargs)
        bridge.state.making -= 1
        value = bridge.call(type(self)._lab_path, None, [], kwargs).get("value")
        if isinstance(value, dict) and "ref" in value:
            library.place(self, value)

    @classmethod
    def from_pretrained(cls, *args, **kwargs):
        return library.of_reply(bridge.call(f"{cls._lab_path}.from_pretrained", None, args, kwargs))

    def to_dict(self):
        return {}

    def save_pretrained(self, *args, **kwargs):
        return None


def model_class(name: str):
    """A model of transformers that no table lists."""
    if name not in _classes:
        base = library.make("transformers.PreTrainedModel")
        path = f"transformers.{name}"

        def __init__(self, *args, **kwargs):
            if library.made_by_script(type(self)) and name.endswith("PreTrainedModel"):
                base.__init__(self, *args, **kwargs)
                return
            library.construct(self, path, args, kwargs, {})

        _classes[name] = type(name, (base,), {"_lab_path": path, "__init__": __init__, "__module__": "transformers"})
    return _classes[name]


def module_class(name: str):
    """The class of a module in a tree."""
    if name in _classes:
        return _classes[name]
    prefix, _, last = name.rpartition(".")
    if "lora" in prefix:
        made = type(last, (LoraLayer,), {})
    elif prefix.startswith("peft.") or prefix in ("ia3", "vera", "ln_tuning", "adalora", "oft", "boft", "loha", "lokr"):
        made = type(last, (BaseTunerLayer,), {})
    elif last in LISTS:
        made = hand[f"torch.nn.{last}"]
    else:
        made = listed(last, ("torch.nn", "bitsandbytes.nn", "peft")) or type(last, (bases_of(last),), {"_lab_path": f"torch.nn.{last}"})
    _classes[name] = made
    return made


def listed(name: str, owners):
    for owner in owners:
        full = f"{owner}.{name}"
        if full in hand or full in signature.chosen.calls:
            try:
                return library.make(full)
            except library.Missing:
                continue
    return None


def bases_of(name: str):
    if name in ("Linear4bit", "Linear8bitLt", "LinearFP4", "LinearNF4", "QuantLinear", "WQLinear_GEMM", "HQQLinear", "NonDynamicallyQuantizableLinear"):
        return library.make("torch.nn.Linear") if name.startswith(("Linear", "NonDyn")) else Module
    return Module


def class_for(name: str):
    """The class of an object that the wiring gives, by the name it has in Python."""
    last = name.rpartition(".")[2]
    if "." not in name or name.startswith(("transformers.", "peft.", "trl.")):
        found = listed(last, ("transformers", "peft", "trl", "datasets", "accelerate", "torch.optim"))
        if found is not None:
            return found
        if last.startswith("PeftModel"):
            return type(last, (library.make("peft.PeftModel"),), {"_lab_path": f"peft.{last}"})
        if TOKENIZER_NAME.match(last):
            return library.make("transformers.PreTrainedTokenizerBase")
        if last.endswith("Config"):
            return config_class(last)
        if last.endswith("Output") or last in ("dict", "ModelOutput"):
            return Known
        if MODEL_NAME.match(last) and not (last.startswith("Lora") or last.endswith("OutputModel")):
            return model_class(last)
        if last == "RemovableHandle":
            return Handle
        if last in ("Hook", "TrainerState", "Loss", "Output", "Tensor"):
            return Known
    return module_class(name)


class Handle(Known):
    """What registering a hook gives."""

    def remove(self):
        bridge.call("torch.utils.hooks.RemovableHandle.remove", self, [])


def config_class(name: str):
    if name not in _classes:
        _classes[name] = type(name, (ConfigBehaviour,), {"_lab_path": f"transformers.{name}"})
    return _classes[name]


def transformers_pattern(library_name: str, name: str, full: str):
    if library_name == "peft" and name.startswith("PeftModelFor"):
        return class_for(name)
    if library_name == "peft" and ".tuners." in full and name[0].isupper():
        return module_class(f"lora.{name}" if ".lora" in full else f"peft.{name}")
    if library_name == "bitsandbytes" and full.startswith("bitsandbytes.nn.") and name[0].isupper():
        return module_class(name)
    if library_name == "torch" and full.startswith("torch.nn.") and full.count(".") == 2 and name[0].isupper():
        return layer_class(name)
    if library_name not in ("transformers", "unsloth") or not name[0].isupper():
        return None
    if MODEL_NAME.match(name) and not name.startswith("Auto") or name.startswith("AutoModel"):
        return model_class(name)
    if name.endswith("Config"):
        return config_class(name)
    if TOKENIZER_NAME.match(name):
        return tokenizer_class(name)
    return module_class(name) if ".models." in full else None


def layer_class(name: str):
    if name not in _classes:
        _classes[name] = type(name, (Layer,), {"__init__": lambda self, *args, **kwargs: None, "_lab_path": f"torch.nn.{name}"})
    return _classes[name]


def tokenizer_class(name: str):
    if name not in _classes:
        base = library.make("transformers.PreTrainedTokenizerBase")
        _classes[name] = type(name, (base,), {"_lab_path": f"transformers.{name}"})
    return _classes[name]


mixins["transformers.PreTrainedModel"] = PretrainedBehaviour
mixins["peft.PeftModel"] = PeftBehaviour
mixins["peft.LoraModel"] = TunerBehaviour
for _name in ("Linear", "Embedding", "LayerNorm", "RMSNorm", "Dropout"):
    mixins[f"torch.nn.{_name}"] = Layer
hand["torch.nn.Module"] = Module
for _name in LISTS:
    hand[f"torch.nn.{_name}"] = type(_name, (Layers,), {"_lab_path": f"torch.nn.{_name}"})
hand["torch.nn.Parameter"] = parameters.Parameter
for _name in ("torch.nn.DataParallel", "torch.nn.parallel.DataParallel", "torch.nn.parallel.DistributedDataParallel"):
    hand[_name] = Parallel
hand["torch.distributed.fsdp.FullyShardedDataParallel"] = Sharded
hand["bitsandbytes.nn.Params4bit"] = parameters.Params4bit
hand["bitsandbytes.nn.Int8Params"] = parameters.Int8Params
hand["peft.tuners.tuners_utils.BaseTunerLayer"] = BaseTunerLayer
hand["peft.tuners.lora.LoraLayer"] = hand["peft.tuners.lora.layer.LoraLayer"] = LoraLayer
library.patterns.append(transformers_pattern)
library.makers["class"] = class_for
library.makers["dtype"] = dtype
