"""Functions of the libraries that only build other objects: TRL's helpers of ModelConfig, and unsloth's classes, which no table lists.
Leaves out what the objects do."""

import inspect
import sys

from . import bridge, library, signature
from .library import hand
from .lines import caller_instruction
from .placeholder import Placeholder
from .script_functions import is_of_script


def get_peft_config(model_args):
    """As TRL's: None without use_peft."""
    if getattr(model_args, "use_peft", False) is False:
        return None
    names = {
        "task_type": "lora_task_type", "r": "lora_r", "target_modules": "lora_target_modules", "lora_alpha": "lora_alpha",
        "lora_dropout": "lora_dropout", "use_rslora": "use_rslora", "use_dora": "use_dora", "modules_to_save": "lora_modules_to_save",
    }  # fmt: skip
    made = library.make("peft.LoraConfig")
    fields = made.__dataclass_fields__
    given = {name: getattr(model_args, theirs) for name, theirs in names.items() if name in fields and hasattr(model_args, theirs)}
    targets = given.get("target_modules")
    if isinstance(targets, list) and len(targets) == 1:
        given["target_modules"] = targets[0]
    return made(bias="none", **given)


def get_quantization_config(model_args):
    made = library.make("transformers.BitsAndBytesConfig")
    if getattr(model_args, "load_in_4bit", False) is True:
        kind = getattr(model_args, "dtype", None) or getattr(model_args, "torch_dtype", None)
        return made(
            load_in_4bit=True,
            bnb_4bit_compute_dtype=kind,
            bnb_4bit_quant_type=model_args.bnb_4bit_quant_type,
            bnb_4bit_use_double_quant=model_args.use_bnb_nested_quant,
        )
    return made(load_in_8bit=True) if getattr(model_args, "load_in_8bit", False) is True else None


def get_kbit_device_map():
    return {"": 0}


def setup_chat_format(*args, **kwargs):
    """TRL's: tokens for roles, and a table that has rows for them."""
    bound, _ = signature.bind("trl.setup_chat_format", None, args, kwargs)
    model, tokenizer = bound["model"], bound["tokenizer"]
    model.resize_token_embeddings(len(tokenizer))
    return model, tokenizer


def clone_chat_template(*args, **kwargs):
    """As setup_chat_format; later releases also give the ids of the new tokens."""
    bound, _ = signature.bind("trl.clone_chat_template", None, args, kwargs)
    model, tokenizer = bound["model"], bound["tokenizer"]
    model.resize_token_embeddings(len(tokenizer))
    name, many = caller_instruction()
    return (model, tokenizer) if name != "UNPACK_SEQUENCE" or many == 2 else (model, tokenizer, Placeholder("added tokens"))


def model_of_init(path: str, kwargs: dict) -> dict:
    """A trainer without a model calls model_init for one."""
    init = kwargs.get("model_init")
    if not path.endswith("Trainer") or kwargs.get("model") is not None or not is_of_script(init):
        return kwargs
    takes_trial = any(one.default is one.empty for one in inspect.signature(init).parameters.values())
    return {**kwargs, "model": init(None) if takes_trial else init()}


class FastLanguageModel:
    """unsloth's models: from_pretrained gives a model and its tokenizer."""

    _lab_path = "unsloth.FastLanguageModel"

    @staticmethod
    def from_pretrained(*args, **kwargs):
        used[0] = True
        reply = bridge.call("unsloth.FastLanguageModel.from_pretrained", None, args, kwargs)
        value = reply.get("value")
        if isinstance(value, dict) and "tuple" in value:
            pair = value["tuple"]
            return object_or_placeholder(pair[0], reply.get("class"), "model"), tokenizer_of(pair[1] if len(pair) > 1 else None)
        if isinstance(value, dict) and "ref" in value:
            return library.object_of(value, reply.get("class")), tokenizer_of(None)
        return Placeholder("model"), tokenizer_of(None)

    @staticmethod
    def get_peft_model(*args, **kwargs):
        return library.of_reply(bridge.call("unsloth.FastLanguageModel.get_peft_model", None, args, kwargs))

    @staticmethod
    def for_training(model, *args, **kwargs):
        bridge.call("unsloth.FastLanguageModel.for_training", None, [model, *args], kwargs)
        return model

    @staticmethod
    def for_inference(model, *args, **kwargs):
        bridge.call("unsloth.FastLanguageModel.for_inference", None, [model, *args], kwargs)
        return model


def object_or_placeholder(value, class_name, name: str):
    return library.object_of(value, class_name) if isinstance(value, dict) and "ref" in value else Placeholder(name)


def tokenizer_of(value):
    cls = library.make("transformers.PreTrainedTokenizerBase")
    made = cls.__new__(cls)
    if isinstance(value, dict) and "ref" in value:
        library.place(made, value)
    return made


def given_back(path: str):
    """A function that changes its first argument and gives it back."""

    def function(first=None, *args, **kwargs):
        bridge.call(path, None, [first, *args], kwargs)
        return first

    function.__name__, function._lab_path = path.rpartition(".")[2], path
    return function


used = [False]
"""Whether a model came from unsloth, imported or not."""


def forget() -> None:
    used[0] = False


UNSLOTH_TAKES = {"tokenizer": "processing_class", "max_seq_length": "max_length"}
SFT_FIELDS = ("dataset_text_field", "max_seq_length", "packing", "dataset_num_proc", "dataset_kwargs", "dataset_batch_size", "neftune_noise_alpha")


def as_unsloth_takes(path: str, kwargs: dict) -> dict:
    """Where unsloth is imported, TRL's trainers and configurations take the old names in every version."""
    if not path.startswith("trl.") or not (used[0] or "unsloth" in sys.modules):
        return kwargs
    trainer = path.endswith("Trainer")
    known = {signature.split(one)[0] for one in signature.chosen.calls.get(path, {}).get("parameters") or ()}
    out = {}
    for name, value in kwargs.items():
        now = UNSLOTH_TAKES.get(name, name)
        if trainer and name not in known and name in SFT_FIELDS:
            continue
        fields = getattr(library.make(path), "__dataclass_fields__", {}) if not trainer else {}
        out[now if (trainer and name == "tokenizer" and name not in known) or (fields and name not in fields and now in fields) else name] = value
    return out


library.old_names.append(as_unsloth_takes)
library.old_names.append(model_of_init)


def unsloth_pattern(library_name: str, name: str, full: str):
    if library_name != "unsloth":
        return None
    if name == "UnslothTrainer":
        return library.make("trl.SFTTrainer")
    if name == "UnslothTrainingArguments":
        return library.make("transformers.TrainingArguments")
    return None


hand.update({
    "transformers.trainer_utils.get_last_checkpoint": lambda folder=None: None,
    "trl.get_peft_config": get_peft_config,
    "trl.get_quantization_config": get_quantization_config,
    "trl.get_kbit_device_map": get_kbit_device_map,
    "trl.setup_chat_format": setup_chat_format,
    "trl.clone_chat_template": clone_chat_template,
    "unsloth.chat_templates.get_chat_template": given_back("unsloth.chat_templates.get_chat_template"),
    "unsloth.chat_templates.train_on_responses_only": given_back("unsloth.chat_templates.train_on_responses_only"),
    "unsloth.chat_templates.standardize_sharegpt": lambda rows, *args, **kwargs: rows,
    "unsloth.chat_templates.standardize_data_formats": lambda rows, *args, **kwargs: rows,
    "unsloth.train_on_responses_only": given_back("unsloth.chat_templates.train_on_responses_only"),
    "transformers.set_seed": lambda *args, **kwargs: None,
    "accelerate.utils.set_seed": lambda *args, **kwargs: None,
})  # fmt: skip
for _name in ("FastLanguageModel", "FastModel", "FastVisionModel", "FastLlamaModel", "FastMistralModel"):
    hand[f"unsloth.{_name}"] = FastLanguageModel
library.patterns.insert(0, unsloth_pattern)
