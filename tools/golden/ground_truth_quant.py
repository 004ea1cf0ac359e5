"""Quantised loading on a CPU, and what else `from_pretrained` is told about devices.

bitsandbytes from 0.46 with transformers from 4.57 does 4 and 8 bits on a CPU; older stacks get ground_truth_bnb and are told
`cuda:0`, which is the CPU here. GPTQ, AWQ, HQQ and the like are not run.
"""

import re

import transformers
import transformers.modeling_utils
from packaging.version import Version

TF = Version(transformers.__version__)
REAL_ON_CPU = TF >= Version("4.57")


if not REAL_ON_CPU:
    # It would move every weight to `cuda:0`, which is where it is already, and quantise it once more.
    transformers.modeling_utils.dispatch_model = lambda model, *args, **kwargs: model
    if TF >= Version("4.38"):
        from transformers.quantizers import quantizer_bnb_4bit, quantizer_bnb_8bit

        # They look for CUDA, and for a bitsandbytes of their time.
        quantizer_bnb_4bit.Bnb4BitHfQuantizer.validate_environment = lambda self, *args, **kwargs: None
        quantizer_bnb_8bit.Bnb8BitHfQuantizer.validate_environment = lambda self, *args, **kwargs: None


class NotRun(BaseException):
    """This script needs what no CPU has; the golden file says so."""


def wants_bits(kwargs) -> bool:
    config = kwargs.get("quantization_config")
    if config is not None and not isinstance(config, dict):
        if type(config).__name__ != "BitsAndBytesConfig":
            raise NotRun(f"{type(config).__name__} needs kernels that are not on a CPU")
        return bool(config.load_in_4bit or config.load_in_8bit)
    config = config or {}
    return any(kwargs.get(k) or config.get(k) for k in ("load_in_4bit", "load_in_8bit"))


def load(original, cls, args, kwargs):
    from ground_truth_hub import changed

    name = str(args[0] if args else kwargs.get("pretrained_model_name_or_path"))
    if re.search(r"gptq|awq|hqq|gguf|-int4|bnb-4bit", name, re.I):
        raise NotRun(f"{name} is a checkpoint that was quantised before; there is none to load")
    kwargs = dict(kwargs)
    for key in ("attn_implementation", "_attn_implementation"):
        if "flash" in str(kwargs.get(key)):
            kwargs[key] = "eager"
            changed("flash attention ran as eager")
    if TF >= Version("4.34") and kwargs.pop("use_flash_attention_2", None):
        changed("flash attention ran as eager")
    if wants_bits(kwargs):
        kwargs["device_map"] = {"": "cpu" if REAL_ON_CPU else "cuda:0"}
        if not REAL_ON_CPU:
            changed("bitsandbytes was stood in for: this version needs CUDA")
    else:
        for key in ("device_map", "max_memory", "offload_folder", "offload_state_dict"):
            kwargs.pop(key, None)
    return original(cls, *args, **kwargs)
