"""Writes src/engine/libraries/signatures/exports.json: which names can be imported from the modules that scripts import from.

Usage: python exports.py STACK. By module, `from..to` of the library's releases that were asked, and the names those all have;
README.md says how to read it. Names that begin with an underscore are left out.
"""

import importlib
import importlib.metadata
import json
import os
import pkgutil
import re
import sys

from signature_source import plain
from signatures import FOLDER, stacks

PATH = os.path.join(FOLDER, "exports.json")
MODULES = {
    "torch": "torch torch.nn torch.optim torch.optim.lr_scheduler torch.utils.data torch.amp torch.cuda.amp torch.distributed",
    "transformers": (
        "transformers transformers.trainer transformers.trainer_utils transformers.trainer_callback transformers.trainer_pt_utils "
        "transformers.utils transformers.integrations transformers.optimization transformers.deepspeed transformers.modeling_utils "
        "transformers.models.llama.modeling_llama transformers.pytorch_utils transformers.training_args"
    ),
    "peft": "peft peft.utils peft.utils.other peft.tuners peft.tuners.lora peft.tuners.tuners_utils peft.peft_model",
    "trl": "trl trl.trainer trl.trainer.utils trl.trainer.sft_trainer trl.core trl.models trl.models.utils trl.extras trl.experimental",
    "accelerate": "accelerate accelerate.utils",
    "bitsandbytes": "bitsandbytes bitsandbytes.nn bitsandbytes.optim",
    "datasets": "datasets",
}


def names_of(module: str) -> dict:
    """{name: None}; or what Python says to the import, if that is that there is no such module."""
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        return {"missing": f"ModuleNotFoundError: {plain(str(error))}"} if error.name and module.startswith(error.name) else {}
    below = [one.name for one in pkgutil.iter_modules(loaded.__path__)] if hasattr(loaded, "__path__") else []
    return {"names": sorted(name for name in {*dir(loaded), *below} if not name.startswith("_"))}


def order(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.split("+")[0])]


def load() -> dict:
    """{module: {version: names or missing}} out of the file."""
    try:
        with open(PATH, encoding="utf-8") as file:
            written = json.load(file)
    except FileNotFoundError:
        return {}
    out = {}
    for module, entry in written.items():
        versions = entry["versions"]
        found = out[module] = {version: {"names": []} for version in versions}
        for span, text in entry.get("missing", {}).items():
            first, last = span.split("..")
            for version in versions[versions.index(first) : versions.index(last) + 1]:
                found[version] = {"missing": text}
        for span, names in entry["names"].items():
            first, last = span.split("..")
            for version in versions[versions.index(first) : versions.index(last) + 1]:
                found[version]["names"].extend(names.split())
    return out


def spans(versions: list, holds) -> list[str]:
    """Runs of neighbouring versions for which it holds."""
    out, start = [], None
    for at, version in enumerate([*versions, None]):
        if version is not None and holds(version):
            start = at if start is None else start
        elif start is not None:
            out.append(f"{versions[start]}..{versions[at - 1]}")
            start = None
    return out


def written(found: dict) -> dict:
    versions = sorted(found, key=order)
    names = {name for one in found.values() for name in one.get("names", [])}
    by_span: dict[str, list[str]] = {}
    for name in sorted(names):
        for span in spans(versions, lambda version: name in found[version].get("names", [])):
            by_span.setdefault(span, []).append(name)
    entry = {"versions": versions, "names": {span: " ".join(by_span[span]) for span in sorted(by_span, key=lambda span: [order(one) for one in span.split("..")])}}
    texts = {one["missing"] for one in found.values() if "missing" in one}
    missing = {span: text for text in sorted(texts) for span in spans(versions, lambda version: found[version].get("missing") == text)}
    return entry | ({"missing": missing} if missing else {})


def main() -> None:
    stack = sys.argv[1]
    asked = {re.split(r"[=<>]", package)[0] for package in stacks()[stack]["packages"]} | {"accelerate", "datasets"}
    found = load()
    for library, modules in MODULES.items():
        if library not in asked:
            continue
        version = importlib.metadata.version(library).split("+")[0]
        for module in modules.split():
            if entry := names_of(module):
                found.setdefault(module, {})[version] = entry
    lines = [f"{json.dumps(module)}:{json.dumps(written(found[module]), separators=(',', ':'))}" for module in sorted(found)]
    with open(PATH, "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{stack}: {len(found)} modules, {os.path.getsize(PATH)} bytes")


if __name__ == "__main__":
    main()
