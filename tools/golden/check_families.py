"""Checks what every family exports: `check_families.py libraries|llama.cpp FOLDER`, a folder that writeFamilyExport.ts wrote. Prints a row a family.

libraries: transformers opens the base, PEFT the adapter on it, transformers the merged model; their logits on three prompts are ours
to 1e-4. llama.cpp (xllamacpp 2026.10.11549, whose wheel holds it): the base as GGUF, the GGUF adapter on it and the merged GGUF, with a
float32 cache and without flash attention, given token ids; the logarithms of its probabilities of all tokens are ours to 1e-2, what its own
order of operations leaves. Numbers are the largest differences.
"""

import json
import os
import sys

import numpy as np

what, root = sys.argv[1:3]


def read(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def libraries(folder: str) -> list:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    ids = read(f"{folder}/ids.json")

    def worst(model, ours: str) -> float:
        model.eval()
        with torch.no_grad():
            return max(float((torch.tensor(values) - model(torch.tensor([ids[prompt]])).logits[0, -1]).abs().max())
                       for prompt, values in read(f"{folder}/{ours}.json").items())

    base = AutoModelForCausalLM.from_pretrained(f"{folder}/base-model", dtype=torch.float32)
    off = worst(base, "off")
    on = worst(PeftModel.from_pretrained(base, f"{folder}/peft"), "logits")
    merged = worst(AutoModelForCausalLM.from_pretrained(f"{folder}/merged", dtype=torch.float32), "logits")
    return [off, on, merged]


def llama_cpp(folder: str) -> list:
    import xllamacpp

    ids = read(f"{folder}/ids.json")

    def worst(ours: str, model: str, adapter: str | None = None) -> float:
        params = xllamacpp.CommonParams()
        params.model.path = f"{folder}/{model}"
        params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 512, 1, False, -1
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        if adapter is not None:
            params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(f"{folder}/{adapter}", 1.0)]
        server = xllamacpp.Server(params)
        found = 0.0
        for prompt, values in read(f"{folder}/{ours}.json").items():
            # Probabilities are from before anything is sampled; they come with a token that is a text of its own, such as one of the prompt's.
            asked = {"prompt": ids[prompt], "logit_bias": [[ids[prompt][1], 1000]], "max_tokens": 1, "temperature": 0, "logprobs": len(values), "cache_prompt": False}
            (choice,) = server.handle_completions(asked)["choices"]
            theirs = {one["id"]: one["logprob"] for one in choice["logprobs"]["content"][0]["top_logprobs"]}
            assert len(theirs) == len(values)
            logits = np.array(values, dtype=np.float64)
            own = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
            found = max(found, max(abs(own[token] - value) for token, value in theirs.items()))
        return found

    return [worst("off", "base/model.gguf"), worst("logits", "base/model.gguf", "gguf/adapter.gguf"), worst("logits", "merged-gguf/model.gguf")]


check, bound = (libraries, 1e-4) if what == "libraries" else (llama_cpp, 1e-2)
failed = []
print("| family | base | adapter | merged |\n| --- | --- | --- | --- |")
for name in sorted(os.listdir(root)):
    figures = check(f"{root}/{name}")
    print(f"| {name} | " + " | ".join(f"{figure:.1e}" for figure in figures) + " |", flush=True)
    if not all(figure < bound for figure in figures):
        failed.append(name)
if failed:
    sys.exit(f"beyond {bound:.0e}: {', '.join(failed)}")
