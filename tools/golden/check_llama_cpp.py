"""Checks the GGUF adapter and the merged GGUF with llama.cpp: `check_llama_cpp.py EXPORT_FOLDER` (llama-cpp-python 0.3.36).

Over an F32 GGUF of the base, with a float32 cache, without flash attention, and with token ids fed by `eval` (numerics reference
1.5): logits on three prompts equal ours to 1e-2 and the greedy text of 24 tokens is ours, adapter off and on; the merged model too.
"""

import json
import os
import sys

import numpy as np
from llama_cpp import Llama

root = sys.argv[1]


def read(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def greedy(llm: Llama, ids: list, stops: set) -> tuple:
    """Logits of the first token, text of up to 24 tokens."""
    llm.reset()
    llm.eval(ids)
    first = np.array(llm.scores[len(ids) - 1])
    tokens, logits = [], first
    for _ in range(24):
        token = int(np.argmax(logits))
        if token in stops:
            break
        tokens.append(token)
        llm.eval([token])
        logits = llm.scores[len(ids) + len(tokens) - 1]
    return first, llm.detokenize(tokens).decode("utf-8", "replace")


def check(what: str, folder: str, logits: dict, answers: dict, model: str, **more) -> None:
    llm = Llama(f"{folder}/{model}", n_ctx=512, logits_all=True, type_k=0, type_v=0, flash_attn=False, verbose=False, **more)
    worst = 0.0
    for prompt, ours in logits.items():
        text = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
        ids = llm.tokenize(text.encode(), add_bos=False, special=True)
        first, answer = greedy(llm, ids, {0, 2})
        worst = max(worst, float(np.abs(first - np.array(ours, dtype=np.float32)).max()))
        assert answer.strip() == answers[prompt].strip(), (answer, answers[prompt])
    print(f"  {what}: largest difference of logits {worst:.1e}, greedy texts equal")
    assert worst < 1e-2


for name in sorted(os.listdir(root)):
    print(name)
    folder = f"{root}/{name}"
    answers = read(f"{folder}/answers.json")
    check("adapter off", folder, read(f"{folder}/off.json"), answers["before"], "base/model.gguf")
    # DoRA has no form as an adapter; it is merged.
    if os.path.exists(f"{folder}/gguf/adapter.gguf"):
        check("adapter on", folder, read(f"{folder}/logits.json"), answers["after"], "base/model.gguf", lora_path=f"{folder}/gguf/adapter.gguf")
    check("merged", folder, read(f"{folder}/logits.json"), answers["after"], "merged-gguf/model.gguf")
