"""Prints PEFT's default targets by model type under one environment, as JSON: {"peft": version, "LORA": {type: names}, …}."""

import json

import peft

try:
    from peft.utils import constants as tables
except ImportError:
    from peft.utils import other as tables

NAMES = {"LORA": "LORA_TARGET", "IA3": "IA3_TARGET", "IA3_FEEDFORWARD": "IA3_FEEDFORWARD", "VERA": "VERA_TARGET", "LN_TUNING": "LNTUNING_TARGET",
         "ADALORA": "ADALORA_TARGET"}
found = {key: getattr(tables, f"TRANSFORMERS_MODELS_TO_{name}_MODULES_MAPPING", {}) for key, name in NAMES.items()}
print(json.dumps({"peft": peft.__version__} | found))
