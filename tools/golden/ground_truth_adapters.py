"""Adapters that a script expects on the disk or the hub: an untrained LoRA with PEFT's default targets, written the first time it
is asked for, made on the model that it is loaded into.
"""

import functools
import os
import re

import torch
import transformers

from ground_truth_families import known
from ground_truth_hub import LOADED, changed, ensure_model, local, quiet


def ensure_adapter(name, base=None) -> str:
    """Writes an untrained LoRA with PEFT's default targets unless a folder is there."""
    import peft

    folder = local(name)
    if os.path.exists(os.path.join(folder, "adapter_config.json")):
        return folder
    with quiet(), torch.inference_mode(False), torch.enable_grad():
        state = torch.get_rng_state()
        if base is None:
            base_id = os.fspath(name) if re.search(r"biogpt|bert|t5|gpt|opt|bloom|pythia|mistral|qwen|gemma|phi", os.fspath(name), re.I) else LOADED[0] if LOADED else "some/llama"
            base_id = {"biogpt": "microsoft/biogpt", "bert": "bert-base-uncased"}.get(known(base_id)[0], base_id)
            path = ensure_model(base_id)
            model = transformers.AutoModelForCausalLM.from_pretrained(path)
            model.name_or_path = base_id
        else:
            inner = base.get_base_model() if hasattr(base, "get_base_model") else base
            inner = getattr(inner, "pretrained_model", inner)
            config = type(inner.config).from_dict({k: v for k, v in inner.config.to_dict().items() if "quantization" not in k})
            model = type(inner)(config)
            model.name_or_path = inner.config._name_or_path or "some/llama"
        task = "SEQ_CLS" if "SequenceClassification" in type(model).__name__ else "SEQ_2_SEQ_LM" if getattr(model.config, "is_encoder_decoder", False) else "CAUSAL_LM"
        try:
            with_base = peft.get_peft_model(model, peft.LoraConfig(r=8, lora_alpha=16, task_type=task))
        except ValueError:  # PEFT has no default targets for this architecture
            with_base = peft.get_peft_model(model, peft.LoraConfig(r=8, lora_alpha=16, task_type=task, target_modules=r".*(q_proj|v_proj|query|value|query_proj|value_proj|c_attn|W_pack|wqkv)"))
        os.makedirs(folder, exist_ok=True)
        with_base.save_pretrained(folder)
        torch.set_rng_state(state)
    changed(f"an untrained adapter was written at {os.fspath(name)}")
    return folder


def patch_adapters() -> None:
    import peft

    model_load = peft.PeftModel.from_pretrained.__func__

    def peft_model(cls, model, model_id=None, *args, **kwargs):
        model_id = kwargs.pop("model_id", model_id)
        return model_load(cls, model, ensure_adapter(model_id, model), *args, **kwargs)

    peft.PeftModel.from_pretrained = classmethod(peft_model)
    load = peft.PeftModel.load_adapter

    def load_adapter(self, model_id, *args, **kwargs):
        return load(self, ensure_adapter(model_id, self), *args, **kwargs)

    peft.PeftModel.load_adapter = functools.wraps(load)(load_adapter)
    from peft.config import PeftConfigMixin

    config_load = PeftConfigMixin.from_pretrained.__func__

    def peft_config(cls, name=None, *args, **kwargs):
        name = kwargs.pop("pretrained_model_name_or_path", name)
        return config_load(cls, ensure_adapter(name), *args, **kwargs)

    PeftConfigMixin.from_pretrained = classmethod(peft_config)
    auto = getattr(peft.auto, "_BaseAutoPeftModel", None)
    if auto is not None:
        auto_load = auto.from_pretrained.__func__

        def auto_model(cls, name=None, *args, **kwargs):
            name = kwargs.pop("pretrained_model_name_or_path", name)
            return auto_load(cls, ensure_adapter(name), *args, **kwargs)

        auto.from_pretrained = classmethod(auto_model)
    if hasattr(transformers.PreTrainedModel, "load_adapter"):
        own = transformers.PreTrainedModel.load_adapter

        def own_load(self, peft_model_id=None, *args, **kwargs):
            if isinstance(peft_model_id, (str, os.PathLike)):
                peft_model_id = ensure_adapter(peft_model_id, self)
            return own(self, peft_model_id, *args, **kwargs)

        transformers.PreTrainedModel.load_adapter = functools.wraps(own)(own_load)
