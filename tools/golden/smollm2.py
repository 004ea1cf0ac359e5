"""Writes tests/golden/smollm2.json: SmolLM2-135M-Instruct read from its Q4_1 GGUF by transformers, float32 on CPU.

Argument: the GGUF file (models/README or CONTRIBUTING say where it comes from); it is never committed. Greedy answers and
logits of the untouched model, token ids of 300 lines, and 20 steps of trl's SFTTrainer on rows that travel in the file.
"""

import json
import os
import sys
import tempfile

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer

from encoding import versions, write

logging.set_verbosity_error()
logging.disable_progress_bar()
FOLDER, FILE = os.path.split(os.path.abspath(sys.argv[1]))
HERE = os.path.dirname(os.path.abspath(__file__))
PRESETS = os.path.join(HERE, "..", "..", "public", "presets")
LORA = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": "all-linear"}
TRAIN = {
    "learning_rate": 5e-4, "max_steps": 20, "per_device_train_batch_size": 1, "lr_scheduler_type": "linear",
    "warmup_steps": 2, "weight_decay": 0.0, "max_grad_norm": 1.0, "max_length": 128, "seed": 42,
}
PROMPTS = [
    "What is the capital of France?", "Write one sentence about the sea.", "How many legs does a spider have?",
    "Name three colours.", "def add(a, b):",
]


def preset_rows(name: str) -> list[dict]:
    with open(os.path.join(PRESETS, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def text_rows() -> list[dict]:
    """Twenty-four texts of more than 128 tokens each, joined from the project's own preset rows."""
    said = [m["content"] for name in sorted(os.listdir(PRESETS)) if name.endswith(".jsonl")
            for row in preset_rows(name) for m in row["messages"]]
    return [{"text": " ".join(said[(7 * i + 5 * j) % len(said)] for j in range(22))} for i in range(24)]


def lines() -> list[str]:
    """Three hundred lines: prose, code, emoji, Chinese, runs of white space, special tokens inside text, numbers."""
    said = [m["content"] for row in preset_rows("town-facts.jsonl") for m in row["messages"]]
    code = ["for (let i = 0; i < n; i++) { sum += a[i] * b[i]; }", "\tif x != None:\n\t\treturn [y for y in x if y > 3.14]",
            "SELECT * FROM t WHERE id=42;", "#include <stdio.h>\r\nint main(void){return 0;}", "x = {'a': 1, \"b\": [2, 3]}  # note",
            "git commit -m 'fix: it''s done'", "λ = 0.5; naïve café — “quoted” … ½ ²", "https://example.org/a?b=c&d=%20e"]
    chinese = ["你好，世界！", "这个镇子在河边，市长住在山上。", "混合 English 和 中文 123 文本", "繁體字與日本語のテキスト", "한국어도 있어요"]
    emoji = ["😀 hi 👩‍👩‍👧‍👦 family", "🏳️‍🌈🇫🇷 flags", "👍🏽 thumbs", "a😀b😀c", "❤️‍🔥"]
    white = ["  two", "   three spaces", "a  b   c    d", "\n\n\n", " \n \n", "\ttab\t\ttabs", "end   ", "", " ", "\u00a0nbsp\u2003em", "a\r\n\r\nb"]
    special = ["<|im_start|>user\nhello<|im_end|>\n", "text<|endoftext|>more", "<|im_start|><|im_start|>", "a <|im_end|> b", "<repo_name>x<file_sep>y", "<|im_end"]
    number = ["1234567890", "3.14159", "12,345.67", "v1.2.3-rc4", "0x1F", "١٢٣", "½⅓Ⅷ", "don't can't I'll we've he'd", "IT'S 'S"]
    base = code + chinese + emoji + white + special + number + said
    out = list(base)
    i = 0
    while len(out) < 300:
        out.append(base[(i * 7) % len(base)] + [" ", "", "\n", "  "][i % 4] + base[(i * 11 + 3) % len(base)])
        i += 1
    return out[:300]


def published(tokenizer):
    """The pre-tokenizer that `tokenizer.ggml.pre` = smollm names (llama.cpp src/llama-vocab.cpp): single digits, then GPT-2's.

    transformers 5.24 reads every GGUF of arch llama with GPT-2's alone, which differs after a run of white space before a digit.
    """
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)])
    return tokenizer


def token_rows(texts: list[str]) -> list[dict]:
    """Ids of each line; where transformers' own reading of the file differs, that too."""
    plain = AutoTokenizer.from_pretrained(FOLDER, gguf_file=FILE)
    right = published(AutoTokenizer.from_pretrained(FOLDER, gguf_file=FILE))
    rows = []
    for text in texts:
        ids, other = right.encode(text, add_special_tokens=False), plain.encode(text, add_special_tokens=False)
        rows.append({"text": text, "ids": ids} | ({} if ids == other else {"withoutDigits": other}))
    return rows


def load():
    return AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=FILE, dtype=torch.float32).eval()


class Recorder(TrainerCallback):
    def __init__(self):
        self.steps = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs:
            self.steps.append({"step": state.global_step} | {k: float(logs[k]) for k in ("loss", "grad_norm", "learning_rate")})


def answers(model, tokenizer) -> list[dict]:
    found = []
    for prompt in PROMPTS:
        text = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False)
        ids = tokenizer.encode(text, add_special_tokens=False, return_tensors="pt")
        with torch.no_grad():
            logits = model(ids).logits[0, -1].double()
            # No end token: 32 tokens whatever they say.
            out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=32, min_new_tokens=32, do_sample=False,
                                 eos_token_id=None, pad_token_id=tokenizer.pad_token_id)
        top = torch.topk(logits, 16).indices.tolist()
        places = sorted(set(top + list(range(0, len(logits), 997))))
        found.append({"prompt": prompt, "ids": ids[0].tolist(), "greedy": out[0, ids.shape[1]:].tolist(),
                      "logits": [[i, float(logits[i])] for i in places]})
    return found


def train(tokenizer, rows: list[dict]) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        # Trainer refuses a model that was read from a GGUF file, although its weights are plain floats by then:
        # "QuantizationMethod.GGUF but that quantization method do not support training". Saved and read again, it takes it.
        plain = load()
        plain.config.__dict__.pop("quantization_config", None)
        plain.hf_quantizer = None
        plain.is_quantized = False
        plain.save_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    set_seed(TRAIN["seed"])
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **LORA))
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(folder, bf16=False, use_cpu=True, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True,
                         gradient_checkpointing=False, optim="adamw_torch", dataloader_pin_memory=False, **TRAIN)
        SFTTrainer(model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tokenizer, callbacks=[recorder]).train()
    return recorder.steps


def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(FOLDER, gguf_file=FILE)
    rows = text_rows()
    texts = lines()
    write("smollm2.json", {
        "about": "SmolLM2-135M-Instruct Q4_1 GGUF read by transformers, float32 on CPU",
        "versions": versions("torch", "transformers", "peft", "trl", "gguf"), "file": FILE, "bytes": os.path.getsize(sys.argv[1]),
        "lora": LORA, "train": TRAIN, "answers": answers(load(), tokenizer), "rows": rows, "steps": train(tokenizer, rows),
        "tokens": token_rows(texts),
    }, depth=3)


if __name__ == "__main__":
    main()
