"""The same steps under PyTorch and PEFT (and bitsandbytes, where it is), eager, on the machine's GPU or its processor: a line of JSON a case.

Reads one argument, JSON: {"device": "cuda" or "cpu", "threads": n (of the processor), "shapes": [{"name", "vocab", "hidden", "layers", "heads",
"kvHeads", "ffn"}], "cases": [{"model", "rows", "tokens", "checkpointed"}], "seconds": n}. Says {"missing": "..."} and ends where a package or a
GPU is missing. Ends when its seconds are spent. On the processor weights are float32 or NF4, computed in float32.
"""

import gc
import json
import os
import resource
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"
started = time.perf_counter()


def say(fact):
    print(json.dumps(fact), flush=True)


try:
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
except ImportError as error:
    say({"missing": str(error)})
    sys.exit(0)
wanted = json.loads(sys.argv[1])
device = wanted["device"]
on_gpu = device == "cuda"
if on_gpu and not torch.cuda.is_available():
    say({"missing": "PyTorch sees no GPU"})
    sys.exit(0)
if not on_gpu:
    torch.set_num_threads(wanted["threads"])

shapes = {shape["name"]: shape for shape in wanted["shapes"]}
targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
folders = {}
torch.backends.cuda.matmul.allow_tf32 = False
where = torch.cuda.get_device_name(0) if on_gpu else f"the processor, threads: {torch.get_num_threads()}"
say({"torch": torch.__version__, "where": where})


def base(name, kind):
    shape = shapes[name]
    config = LlamaConfig(
        vocab_size=shape["vocab"],
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kvHeads"],
        intermediate_size=shape["ffn"],
        tie_word_embeddings=True,
        max_position_embeddings=4096,
    )
    if kind != "nf4":
        torch.manual_seed(0)
        with torch.device(device):
            return LlamaForCausalLM(config).to(torch.float32 if kind == "f32" else torch.bfloat16)
    from transformers import BitsAndBytesConfig

    if name not in folders:
        folders[name] = tempfile.mkdtemp()
        with torch.device(device):
            LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folders[name])
    dtype = torch.bfloat16 if on_gpu else torch.float32
    four = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
    place = {"": 0 if on_gpu else "cpu"}
    return AutoModelForCausalLM.from_pretrained(folders[name], quantization_config=four, dtype=dtype, device_map=place)


def measure(case, kind):
    gc.collect()
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    rows, tokens, checkpointed = case["rows"], case["tokens"], case["checkpointed"]
    model = base(case["model"], kind)
    again = {"use_reentrant": False}
    if kind == "nf4":
        model = prepare_model_for_kbit_training(
            model, use_gradient_checkpointing=checkpointed, gradient_checkpointing_kwargs=again
        )
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM"))
    if checkpointed and kind != "nf4":
        model.gradient_checkpointing_enable(again)
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, fused=on_gpu)
    ids = torch.randint(0, shapes[case["model"]]["vocab"], (rows, tokens), device=device)

    def step():
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    for _ in range(3 if on_gpu else 1):
        step()
    times = []
    for _ in range(7 if on_gpu else 5):
        at = time.perf_counter()
        step()
        times.append((time.perf_counter() - at) * 1e3)
    held = torch.cuda.max_memory_allocated() / 2**20 if on_gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return sorted(times)[len(times) // 2], held


for case in wanted["cases"]:
    for kind in ["nf4", "bf16", "f32"] if on_gpu else ["nf4", "f32"]:
        if time.perf_counter() - started > wanted["seconds"]:
            say({"stopped": True})
            sys.exit(0)
        try:
            ms, mib = measure(case, kind)
            say({**case, "kind": kind, "ms": ms, "mib": mib})
        except Exception as error:  # a kind that is not there (no bitsandbytes), or no memory
            say({**case, "kind": kind, "error": str(error)[:200]})
