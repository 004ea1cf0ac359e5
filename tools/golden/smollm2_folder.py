"""Writes SmolLM2-135M-Instruct as folders beside its GGUF file: what transformers reads of it, saved. No golden file; git ignores all of it.

Argument: the GGUF file. `<its folder>/SmolLM2-135M-Instruct` gets float32 in shards of 200 MB, the values of the Q4_1 file exactly.
"""

import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from smollm2 import published

FOLDER, FILE = os.path.split(os.path.abspath(sys.argv[1]))


def main() -> None:
    model = AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=FILE, dtype=torch.float32)
    model.config.__dict__.pop("quantization_config", None)
    model.hf_quantizer = None
    model.is_quantized = False
    out = os.path.join(FOLDER, "SmolLM2-135M-Instruct")
    model.save_pretrained(out, max_shard_size="200MB")
    published(AutoTokenizer.from_pretrained(FOLDER, gguf_file=FILE)).save_pretrained(out)
    print("\n".join(sorted(os.listdir(out))))


if __name__ == "__main__":
    main()
