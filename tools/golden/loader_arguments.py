"""Which arguments a release's from_pretrained takes by name, and which it hands on to a model that doesn't know them: tests/golden/loader.json.
`python loader_arguments.py STACK`, inside the stack's environment, writes its part; a text is what Python says."""

import json
import os
import sys
import tempfile
import warnings

os.environ.update(HF_HUB_OFFLINE="1", CUDA_VISIBLE_DEVICES="")
warnings.simplefilter("ignore")

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden", "loader.json")
SIZES = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 4}
# Values that change nothing where the name is taken.
ARGUMENTS = {
    "dtype": torch.float32, "torch_dtype": torch.float32, "attn_implementation": "eager", "use_flash_attention_2": False, "low_cpu_mem_usage": False,
    "use_auth_token": None, "token": None, "resume_download": False, "from_tf": False, "from_flax": False, "mirror": None, "_fast_init": True,
    "tp_plan": None, "key_mapping": None, "use_kernels": False, "gguf_file": None, "trust_remote_code": False, "offload_state_dict": False,
    "load_in_4bit": False, "load_in_8bit": False, "quantization_config": None, "use_safetensors": None, "weights_only": True, "variant": None,
    "revision": "main", "code_revision": None, "device_map": None, "offload_folder": None, "adapter_name": None, "generation_config": None,
    "experts_implementation": None, "use_cache": False, "output_hidden_states": False, "tie_word_embeddings": False,
}  # fmt: skip


def said(folder: str, name: str, value) -> str | None:
    try:
        AutoModelForCausalLM.from_pretrained(folder, **{name: value})
    except Exception as error:  # noqa: BLE001 - the exception is the result
        return f"{type(error).__name__}: {error}".split("\n")[0].replace(folder, "<folder>")
    return None


def main() -> None:
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as folder:
        LlamaForCausalLM(LlamaConfig(**SIZES)).save_pretrained(folder)
        found = {name: said(folder, name, value) for name, value in ARGUMENTS.items()}
    golden = {}
    if os.path.exists(GOLDEN):
        with open(GOLDEN, encoding="utf-8") as file:
            golden = json.load(file)
    golden[sys.argv[1]] = found
    with open(GOLDEN, "w", encoding="utf-8", newline="\n") as file:
        json.dump(dict(sorted(golden.items())), file, indent=1)
        file.write("\n")


main()
