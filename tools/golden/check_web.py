"""Checks what a run exports for the web with ONNX and ONNX Runtime: `check_web.py EXPORT_FOLDER`, a folder that writeExport.ts wrote.

Every graph passes onnx.checker and strict inference of shapes. Logits on every prompt must be ours to 1e-3, whole texts and token by
token with the cache; a packed export must answer as the base does when the adapter's tensors are given as zeros, and as its own adapter
does when they are given as inputs. float16 is the same model rounded: its distance is told.
"""

import json
import os
import re
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx.numpy_helper import to_array

MODELS = {"web-f32": "model.onnx", "web-f16": "model_fp16.onnx", "web-q4": "model_q4.onnx"}
# What stands beside a packed base.
BESIDE = re.compile(r"\.(lora_[AB]\.weight|(output|input)_scale)$")
ort.set_default_logger_severity(3)


def checked(path: str) -> onnx.ModelProto:
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path, load_external_data=False)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return onnx.load(path)


def feed(session, ids, cache, past):
    total = past + len(ids)
    inputs = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, total), np.int64), "position_ids": np.arange(past, total)[None]}
    results = session.run(None, {**inputs, **cache})
    names = [one.name for one in session.get_outputs()]
    after = {name.replace("present", "past_key_values"): value for name, value in zip(names, results) if name != "logits"}
    return results[0][0, -1], after


def empty(session):
    past = [one for one in session.get_inputs() if one.name.startswith("past")]
    return {one.name: np.zeros((1, one.shape[1], 0, one.shape[3]), np.float32) for one in past}


def worst(session, want, ids, given):
    found = 0.0
    for prompt, logits in want.items():
        tokens, before = ids[prompt], empty(session)
        whole, _ = feed(session, tokens, {**before, **given}, 0)
        _, cache = feed(session, tokens[:-2], {**before, **given}, 0)
        for at in (-2, -1):
            last, cache = feed(session, [tokens[at]], {**cache, **given}, len(tokens) + at)
        for got in (whole, last):
            found = max(found, float(np.abs(got - np.array(logits)).max()))
    return found


def check(folder: str, name: str) -> None:
    def read(what):
        with open(f"{folder}/{what}.json", encoding="utf-8") as file:
            return json.load(file)

    logits, off, ids = read("logits"), read("off"), read("ids")
    for place, file in MODELS.items():
        path = f"{folder}/{place}/onnx/{file}"
        model = checked(path)
        session = ort.InferenceSession(path)
        distance = worst(session, logits, ids, {})
        told = f"  {name} {file}: logits {distance:.1e}"
        assert distance < 1e-3 or place == "web-f16", told
        factors = {one.name: to_array(one) for one in model.graph.initializer if BESIDE.search(one.name)}
        if place == "web-q4" and factors:
            given = worst(session, logits, ids, factors)
            told += f", its adapter as inputs {given:.1e}"
            assert given < 1e-3, told
            with open(f"{folder}/{place}/config.json", encoding="utf-8") as config:
                swaps = "adapter_data" in json.load(config)
            # Where a copy was merged as well, what is left is not the base.
            zeros = worst(session, off, ids, {key: np.zeros_like(value) for key, value in factors.items()})
            told += f", zeros {zeros:.1e} from the base" + ("" if swaps else ", as something is merged")
            assert (zeros < 1e-3) == swaps, told
        print(told, flush=True)


for recipe in sorted(os.listdir(sys.argv[1])):
    if os.path.exists(f"{sys.argv[1]}/{recipe}/logits.json"):
        check(f"{sys.argv[1]}/{recipe}", recipe)
