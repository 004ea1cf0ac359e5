"""Checks an exported adapter with the real libraries: `check_export.py BASE_FOLDER EXPORT_FOLDER`.

The folder is one that writeExport.ts wrote. PEFT opens the directory on the base model: its logits on three prompts must be ours
to 1e-4. gguf-py reads the GGUF file: every delta s·B·A must be PEFT's once q and k rows are put back in order.
"""

import json
import sys

import gguf
import torch
from peft import PeftModel
from transformers import AutoTokenizer, LlamaForCausalLM

base_folder, export = sys.argv[1:3]
base = LlamaForCausalLM.from_pretrained(base_folder, dtype=torch.float32)
tokenizer = AutoTokenizer.from_pretrained(base_folder)
model = PeftModel.from_pretrained(base, f"{export}/peft").eval()
config = base.config
names = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
reader = gguf.GGUFReader(f"{export}/adapter.gguf")
tensors = {t.name: torch.tensor(t.data.copy()) for t in reader.tensors}
alpha = reader.fields["adapter.lora.alpha"].contents()
checked = 0
for path, module in model.named_modules():
    if not hasattr(module, "lora_A") or "default" not in module.lora_A:
        continue
    layer, part = path.split("layers.")[1].split(".", 1)
    key = f"blk.{layer}.{names[part]}.weight"
    a, b = tensors[f"{key}.lora_a"], tensors[f"{key}.lora_b"]
    rank = b.shape[1]
    if part in ("self_attn.q_proj", "self_attn.k_proj"):
        heads = config.num_attention_heads if "q_proj" in part else config.num_key_value_heads
        b = b.reshape(heads, b.shape[0] // heads // 2, 2, rank).swapaxes(1, 2).reshape(b.shape)
    ours = (alpha / rank) * (b @ a)
    theirs = module.get_delta_weight("default")
    assert torch.allclose(ours, theirs, atol=1e-7), (path, (ours - theirs).abs().max())
    checked += 1
print(f"{checked} deltas of the GGUF adapter equal PEFT's")
with open(f"{export}/logits.json", encoding="utf-8") as file:
    logits = json.load(file)
for prompt, ours in logits.items():
    ids = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
    with torch.no_grad():
        theirs = model(ids).logits[0, -1]
    largest = (torch.tensor(ours) - theirs).abs().max().item()
    print(f"{prompt} largest difference of {len(ours)} logits: {largest:.1e}")
    assert largest < 1e-4
