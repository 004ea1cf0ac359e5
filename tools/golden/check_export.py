"""Checks what a run exports with the real libraries: `check_export.py BASE_FOLDER EXPORT_FOLDER`, a folder that writeExport.ts wrote.

PEFT opens the directory on the base model: its logits on three prompts must be ours to 1e-4. gguf-py reads the GGUF adapter and the
MLX files are read as they stand: every delta must be PEFT's. transformers opens the merged model, as safetensors and as GGUF: the
same logits. TensorBoard reads the event file: the numbers of trainer_state.json.
"""

import json
import os
import sys

import gguf
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoTokenizer, BitsAndBytesConfig, LlamaForCausalLM
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()
base_folder, root = sys.argv[1:3]
NAMES = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
tokenizer = AutoTokenizer.from_pretrained(base_folder)


def compare_logits(model, what: str, folder: str, tokens=tokenizer, bound: float = 1e-4) -> None:
    with open(f"{folder}/logits.json", encoding="utf-8") as file:
        logits = json.load(file)
    worst = 0.0
    for prompt, ours in logits.items():
        ids = tokens.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
        # With gradients, as in training: without, bitsandbytes' CPU kernel multiplies 4-bit weights in bfloat16.
        theirs = model(ids).logits[0, -1].detach()
        worst = max(worst, (torch.tensor(ours) - theirs).abs().max().item())
    print(f"  {what}: largest difference of logits on {len(logits)} prompts {worst:.1e}")
    assert worst < bound


def base(quantised: bool):
    if not quantised:
        return LlamaForCausalLM.from_pretrained(base_folder, dtype=torch.float32)
    config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32)
    return LlamaForCausalLM.from_pretrained(base_folder, dtype=torch.float32, quantization_config=config, device_map={"": "cpu"})


def deltas(model) -> dict:
    return {path.split("model.layers.")[1]: module.get_delta_weight("default") for path, module in model.named_modules()
            if hasattr(module, "lora_A") and "default" in module.lora_A}


def refused(folder: str, what: str) -> bool:
    if not os.path.exists(f"{folder}/refused.txt"):
        return False
    with open(f"{folder}/refused.txt", encoding="utf-8") as file:
        print(f"  {what}: refused, {file.read()}")
    return True


def check_gguf(folder: str, theirs: dict, config) -> None:
    if refused(folder, "GGUF adapter"):
        return
    path = f"{folder}/adapter.gguf"
    reader = gguf.GGUFReader(path)
    tensors = {t.name: torch.tensor(t.data.copy()) for t in reader.tensors}
    assert len(tensors) == 2 * len(theirs)
    alpha = reader.fields["adapter.lora.alpha"].contents()
    for place, delta in theirs.items():
        layer, part = place.split(".", 1)
        a, b = (tensors[f"blk.{layer}.{NAMES[part]}.weight.lora_{x}"] for x in "ab")
        rank = b.shape[1]
        if part in ("self_attn.q_proj", "self_attn.k_proj"):
            heads = config.num_attention_heads if "q_proj" in part else config.num_key_value_heads
            b = b.reshape(heads, b.shape[0] // heads // 2, 2, rank).swapaxes(1, 2).reshape(b.shape)
        # Sums of at most 8 float32 products well below 1.
        assert torch.allclose((alpha / rank) * (b @ a), delta, atol=1e-7), place
    print(f"  GGUF adapter: {len(theirs)} deltas equal PEFT's")


def check_mlx(folder: str, theirs: dict, magnitudes: dict) -> None:
    if refused(folder, "MLX"):
        return
    with open(f"{folder}/adapter_config.json", encoding="utf-8") as file:
        config = json.load(file)
    lora = config["lora_parameters"]
    assert config["fine_tune_type"] == ("dora" if magnitudes else "lora")
    tensors = load_file(f"{folder}/adapters.safetensors")
    assert len(tensors) == 2 * len(theirs) + len(magnitudes)
    for place, m in magnitudes.items():
        assert torch.equal(tensors[f"model.layers.{place}.m"], m), place
    for place, delta in theirs.items():
        a, b = (tensors[f"model.layers.{place}.lora_{x}"] for x in "ab")
        assert a.shape[1] == b.shape[0] == lora["rank"] and place.split(".", 1)[1] in lora["keys"]
        assert torch.allclose(lora["scale"] * (a @ b).T, delta, atol=1e-7), place
    print(f"  MLX: {len(theirs)} deltas equal PEFT's")


def check_log(folder: str) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with open(f"{folder}/trainer_state.json", encoding="utf-8") as file:
        history = json.load(file)["log_history"]
    events = EventAccumulator(folder)
    events.Reload()
    for name in ("loss", "grad_norm", "learning_rate"):
        ours = {e["step"]: e[name] for e in history if name in e}
        theirs = {e.step: e.value for e in events.Scalars(f"train/{name}")}
        assert ours.keys() == theirs.keys() and all(abs(ours[k] - theirs[k]) <= 1e-6 * abs(ours[k]) for k in ours)
    print(f"  TensorBoard: {len(ours)} steps as in trainer_state.json")


for name in sorted(os.listdir(root)):
    print(name)
    folder = f"{root}/{name}"
    if refused(f"{folder}/peft", "PEFT"):
        model, theirs = None, {}
    else:
        model = PeftModel.from_pretrained(base(name.startswith("nf4")), f"{folder}/peft", is_trainable=True).train()
        compare_logits(model, "PEFT", folder)
        theirs = {place: delta.detach() for place, delta in deltas(model).items()}
    magnitudes = {} if model is None else {path.split("model.layers.")[1]: module.lora_magnitude_vector["default"].weight.detach()
                  for path, module in model.named_modules() if getattr(module, "lora_magnitude_vector", None)}
    check_gguf(f"{folder}/gguf", theirs, model and model.config)
    check_mlx(f"{folder}/mlx", theirs, magnitudes)
    merged = LlamaForCausalLM.from_pretrained(f"{folder}/merged", dtype=torch.float32)
    compare_logits(merged, "merged, safetensors", folder, AutoTokenizer.from_pretrained(f"{folder}/merged"))
    merged = LlamaForCausalLM.from_pretrained(f"{folder}/merged-gguf", gguf_file="model.gguf", dtype=torch.float32)
    compare_logits(merged, "merged, GGUF", folder, AutoTokenizer.from_pretrained(f"{folder}/merged-gguf", gguf_file="model.gguf"))
    check_log(f"{folder}/log")
