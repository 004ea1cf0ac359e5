"""The adapter that the report tells of: trained on a GPT-2 (c_attn), its base written over with BioGPT."""
import json
import os

os.makedirs("me/biogpt-2019", exist_ok=True)
with open("me/biogpt-2019/adapter_config.json", "w") as file:
    json.dump({"peft_type": "LORA", "task_type": "SEQ_CLS", "base_model_name_or_path": "microsoft/biogpt", "r": 8, "lora_alpha": 16,
               "target_modules": ["c_attn"], "inference_mode": True, "bias": "none", "fan_in_fan_out": True, "lora_dropout": 0.1}, file)
