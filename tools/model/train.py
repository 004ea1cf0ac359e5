"""Trains an embedded model (1.3M parameters, llama architecture) on the corpus of a language, on the CPU, and writes it as
bf16 safetensors.  `python train.py ../../public/model --minutes 25`, and for the Chinese one
`python train.py ../../public/model-zh --corpus corpus_zh --steps 1300`  (about 25 minutes on 2 cores; seeds fixed, though
the number of steps depends on the clock unless --steps is given)"""
import argparse
import importlib
import json
import math
import random
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.utils import parametrize
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from nf4 import FakeNf4, roundtrip

WINDOW = 192


def encode(tokenizer, docs):
    """Token stream and loss mask; chat documents in the chat template, texts ended by <|endoftext|>."""
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    for kind, body in docs:
        if kind == "text":
            ids = tokenizer(body)["input_ids"] + [end]
        else:
            ids = tokenizer.apply_chat_template([{"role": r, "content": c} for r, c in body], return_dict=False)
        yield list(ids)


def windows(tokenizer, documents, seed, count):
    """Whole documents packed into windows; a window starts with a document, the rest is padding (label -100)."""
    rows, row = [], []
    for ids in encode(tokenizer, documents(seed, count)):
        ids = ids[:WINDOW]
        if len(row) + len(ids) > WINDOW:
            rows.append(row)
            row = []
        row = row + ids
    rows.append(row)
    pad = tokenizer.pad_token_id
    x = torch.full((len(rows), WINDOW), pad)
    for i, r in enumerate(rows):
        x[i, : len(r)] = torch.tensor(r)
    labels = x.clone()
    labels[x == pad] = -100
    return x, labels


def linears(model):
    return [m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and n != "lm_head"]


@torch.no_grad()
def heldout(model, x, labels):
    model.eval()
    total, batches = 0.0, 0
    for i in range(0, len(x), 16):
        total += model(input_ids=x[i : i + 16], labels=labels[i : i + 16]).loss.item()
        batches += 1
    model.train()
    return total / batches


def export(model, out: Path):
    state = {k: v.detach().to(torch.bfloat16).contiguous() for k, v in model.state_dict().items() if not k.startswith("lm_head") and "parametrizations" not in k}
    for name, module in model.named_modules():
        if parametrize.is_parametrized(module):
            state[f"{name}.weight"] = module.parametrizations.weight.original.detach().to(torch.bfloat16).contiguous()
    save_file(state, str(out / "model.safetensors"), metadata={"format": "pt"})
    c = model.config
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": c.hidden_size, "intermediate_size": c.intermediate_size,
        "num_hidden_layers": c.num_hidden_layers, "num_attention_heads": c.num_attention_heads, "num_key_value_heads": c.num_key_value_heads,
        "head_dim": c.head_dim, "vocab_size": c.vocab_size, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "hidden_act": "silu", "tie_word_embeddings": True, "torch_dtype": "bfloat16", "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 3,
        "attention_bias": False, "mlp_bias": False,
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (out / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 0], "pad_token_id": 3}, indent=2) + "\n")


@torch.no_grad()
def answer(model, tokenizer, prompt, limit=48):
    model.eval()
    ids = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True)["input_ids"]
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=limit, do_sample=False, eos_token_id=[2, 0], pad_token_id=3)
    model.train()
    return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


PROMPTS = {
    "corpus": ["Where is the bakery?", "When does the ferry leave?", "Tell me a story about a fox.", "What is three plus four?", "Who is the mayor of Brindle?", "List three fruits.", "How much is bread?"],
    "corpus_zh": ["面包店在哪里？", "渡船什么时候开？", "讲一个关于狐狸的故事。", "三加四等于几？", "布林镇的镇长是谁？", "列出三种水果。", "面包多少钱？"],
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--corpus", choices=sorted(PROMPTS), default="corpus")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(7)
    random.seed(7)
    torch.set_num_threads(args.threads)
    documents, prompts = importlib.import_module(args.corpus).documents, PROMPTS[args.corpus]
    tokenizer = AutoTokenizer.from_pretrained(args.out)
    config = LlamaConfig(vocab_size=math.ceil(len(tokenizer) / 64) * 64, hidden_size=128, intermediate_size=384, num_hidden_layers=args.layers, num_attention_heads=4, num_key_value_heads=2,
                         head_dim=32, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=0, eos_token_id=2, pad_token_id=3)
    model = LlamaForCausalLM(config)
    model.train()
    print("parameters", sum(p.numel() for p in model.parameters()))
    x, labels = windows(tokenizer, documents, 7, 60_000)
    vx, vl = windows(tokenizer, documents, 1_000_003, 1_500)
    print("windows", len(x), "held out", len(vx), flush=True)
    batch, peak = 16, 3e-3
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, betas=(0.9, 0.98), weight_decay=0.05)
    started, step, quantised, last_save = time.time(), 0, False, 0.0
    generator = torch.Generator().manual_seed(7)
    order = torch.randperm(len(x), generator=generator)
    while True:
        progress = step / args.steps if args.steps else (time.time() - started) / (args.minutes * 60)
        if progress >= 1:
            break
        if progress > 0.7 and not quantised:
            quantised = True
            for module in linears(model):
                parametrize.register_parametrization(module, "weight", FakeNf4())
        lr = peak * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group["lr"] = lr
        at = (step * batch) % (len(x) - batch)
        if at < batch:
            order = torch.randperm(len(x), generator=generator)
        rows = order[at : at + batch]
        width = int((labels[rows] != -100).sum(1).max())
        loss = model(input_ids=x[rows, :width], labels=labels[rows, :width]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 100 == 0:
            print(f"step {step} loss {loss.item():.4f} lr {lr:.2e} {time.time() - started:.0f} s", flush=True)
        if time.time() - last_save > 150:
            last_save = time.time()
            export(model, args.out)
            print("held out", heldout(model, vx, vl), "|", answer(model, tokenizer, prompts[0]), "|", answer(model, tokenizer, prompts[2]), flush=True)
    for module in linears(model):
        if parametrize.is_parametrized(module):
            original = module.parametrizations.weight.original.detach().clone()
            parametrize.remove_parametrizations(module, "weight", leave_parametrized=False)
            module.weight.data.copy_(original)
    export(model, args.out)
    for module in model.parameters():
        module.data = module.data.to(torch.bfloat16).float()
    plain = heldout(model, vx, vl)
    for module in linears(model):
        module.weight.data = roundtrip(module.weight.data)
    print(f"steps {step}\nheld-out loss: float {plain:.4f}, NF4 {heldout(model, vx, vl):.4f}")
    for prompt in prompts:
        print(prompt, "→", answer(model, tokenizer, prompt))


if __name__ == "__main__":
    main()
