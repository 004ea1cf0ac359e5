"""Methods of PEFT that the laboratory judges and this engine doesn't train: what get_peft_model makes of a small llama, and which tensors get a
gradient that is not zero at the first step. `python judged.py STACK`, inside the stack's environment, writes its part of tests/golden/judged.json."""

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")

import peft  # noqa: E402
import torch  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden", "judged.json")
SIZES = {"vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 4}
TARGETS = {"target_modules": ["q_proj", "down_proj"]}
ROTATION = {"r": 4} if tuple(int(part) for part in peft.__version__.split(".")[:2]) < (0, 15) else {"r": 0, "oft_block_size": 8}
CASES = {
    "LoHa": ("LoHaConfig", {"r": 4, **TARGETS}),
    "LoKr": ("LoKrConfig", {"r": 3, **TARGETS}),
    "LoKr, of high rank": ("LoKrConfig", {"r": 64, **TARGETS}),
    "LoKr, both split": ("LoKrConfig", {"r": 2, "decompose_both": True, **TARGETS}),
    "LoKr, by a factor": ("LoKrConfig", {"r": 2, "decompose_factor": 2, **TARGETS}),
    "AdaLoRA": ("AdaLoraConfig", {"init_r": 4, "target_r": 2, "total_step": 100, "tinit": 5, "tfinal": 10, **TARGETS}),
    "OFT": ("OFTConfig", {**ROTATION, **TARGETS}),
    "prefix tuning": ("PrefixTuningConfig", {"num_virtual_tokens": 4}),
    "prefix tuning, projected": ("PrefixTuningConfig", {"num_virtual_tokens": 4, "prefix_projection": True, "encoder_hidden_size": 16}),
    "prompt tuning": ("PromptTuningConfig", {"num_virtual_tokens": 4}),
    "p-tuning": ("PromptEncoderConfig", {"num_virtual_tokens": 4, "encoder_hidden_size": 16}),
    "p-tuning, LSTM": ("PromptEncoderConfig", {"num_virtual_tokens": 4, "encoder_hidden_size": 16, "encoder_reparameterization_type": "LSTM"}),
}


def tensors(name: str, arguments: dict) -> dict | None:
    cls = getattr(peft, name, None)
    if cls is None:
        return None
    torch.manual_seed(0)
    model = peft.get_peft_model(LlamaForCausalLM(LlamaConfig(**SIZES)), cls(task_type="CAUSAL_LM", **arguments)).train()
    ids = torch.randint(0, 60, (2, 6))
    model(input_ids=ids, labels=ids, attention_mask=torch.ones_like(ids)).loss.backward()
    return {
        name: {"shape": list(one.shape), "gradient": "none" if one.grad is None else "zero" if not one.grad.abs().sum() else "nonzero"}
        for name, one in model.named_parameters() if one.requires_grad
    }


def main() -> None:
    found = {}
    for case, (name, arguments) in CASES.items():
        made = tensors(name, arguments)
        if made is not None:
            found[case] = {"config": name, "arguments": arguments, "tensors": made}
    golden = {}
    if os.path.exists(GOLDEN):
        with open(GOLDEN, encoding="utf-8") as file:
            golden = json.load(file)
    golden[sys.argv[1]] = found
    with open(GOLDEN, "w", encoding="utf-8", newline="\n") as file:
        json.dump(dict(sorted(golden.items())), file, indent=1)
        file.write("\n")


main()
