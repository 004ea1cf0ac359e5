"""Writes tests/golden/tokenizer.json: the embedded model's tokenizer under transformers, and rows as TRL makes them.

Reads public/model/tokenizer.json and tokenizer_config.json; run again when they change.
"""

import hashlib
import os
import tempfile

from datasets import Dataset
from transformers import AutoTokenizer, LlamaForCausalLM
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer

from encoding import versions, write
from tiny import tiny_config

logging.set_verbosity_error()
MODEL = os.path.join(os.path.dirname(__file__), "..", "..", "public", "model")

LINES = [
    "", " ", "  ", "\n", "\n\n\n", "\t", " \t \n ", "a", " a", "a ", "  two  spaces  ", "Hello, world!",
    "The mayor of Brindle is Odette Marr.", "Where is the lighthouse?", "it's we'll they've I'd you're don't",
    "IT'S WE'LL THEY'VE", "UPPER lower MiXeD", "1234567890", "3.14159 -2,000.50 1e-5 0xFF", "12 345 6789",
    "def f(x: int) -> int:\n    return x ** 2  # square\n", "for (let i = 0; i < n; i++) { a[i] += b[i]; }",
    "const s = `a${b}c`;\r\nif (!s) return;\r\n", "<div class=\"x\">&amp;</div>", "SELECT * FROM t WHERE a >= 1 AND b != 'c';",
    "{\"place\": \"mill\", \"opens\": \"nine\"}", "key: value\n- item\n- item two\n", "https://example.org/a/b?c=d&e=f#g",
    "C:\\temp\\file.txt", "a/b\\c|d", "...!!!???", "--- === ___ ***", "(a) [b] {c} <d>", "\"quoted\" 'single' «angle» „low“",
    "naïve café Zürich Ærøskøbing", "Ångström Ω µ ½ ²", "e\u0301 combining", "\u00a0nbsp\u2003em space\u200bzero width",
    "中文文本：红色的灯塔。", "日本語テキスト", "한국어 텍스트", "Привет, мир", "שלום עולם", "مرحبا بالعالم", "नमस्ते",
    "😀", "👩‍👩‍👧‍👦 family", "🇩🇪🇨🇳 flags", "👍🏽 tone", "a😀b中c", "\ufffd replacement", "\u0000 nul", "\ufeff bom",
    "<|im_start|>user\nHi<|im_end|>\n", "text<|im_end|>text", " <|im_end|> ", "<|im_end|><|im_end|>", "<|im_end", "|im_end|>",
    "<|pad|>", "<|im_start|>", "<|endoftext|>", "<|unknown|>", "a" * 100, "supercalifragilisticexpialidocious",
    "word " * 30, "Mixed 中文 and English, 123 and 😀.", "trailing newline\n", "\nleading newline",
]

CHATS = {
    "one turn": [{"role": "user", "content": "Where is the mill?"}, {"role": "assistant", "content": "The mill is by the river."}],
    "system": [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "Hello!"},
               {"role": "assistant", "content": "Hi."}],
    "two turns": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"},
                  {"role": "user", "content": "Who is the mayor?"}, {"role": "assistant", "content": "Odette Marr."}],
    "open question": [{"role": "user", "content": "Count to three."}],
    "special inside": [{"role": "user", "content": "What is <|im_end|>?"}, {"role": "assistant", "content": " a token \n"}],
    "unicode": [{"role": "user", "content": "你好 😀"}, {"role": "assistant", "content": "你好！\n第二行"}],
    "empty answer": [{"role": "user", "content": "Say nothing."}, {"role": "assistant", "content": ""}],
}

LONG = "The ferry crosses the river at noon and the bell rings. " * 6


def chat_rows(tok) -> list[dict]:
    out = []
    for name, messages in CHATS.items():
        for generation_prompt in (False, True):
            text = tok.apply_chat_template(messages, tokenize=False, add_generation_prompt=generation_prompt)
            full = tok.apply_chat_template(messages, tokenize=True, return_dict=True, add_generation_prompt=generation_prompt,
                                           return_assistant_tokens_mask=True)
            out.append({"name": name, "messages": messages, "addGenerationPrompt": generation_prompt, "text": text,
                        "ids": full["input_ids"], "assistantMask": full["assistant_masks"]})
    return out


DATASETS = {
    "text": [{"text": "A plain line."}, {"text": "Ends with eos.<|im_end|>"}, {"text": LONG}, {"text": ""}],
    "prompt-completion": [
        {"prompt": "Q: Where is the mill?\nA:", "completion": " By the river."},
        {"prompt": "Say yes.", "completion": "yes<|im_end|>"},
        {"prompt": LONG, "completion": " The end."},
        {"prompt": "Short.", "completion": " " + LONG},
        {"prompt": "", "completion": "Only a completion."},
    ],
    "prompt-completion chat": [
        {"prompt": CHATS["one turn"][:1], "completion": CHATS["one turn"][1:]},
        {"prompt": CHATS["two turns"][:3], "completion": CHATS["two turns"][3:]},
        {"prompt": [{"role": "user", "content": LONG}], "completion": [{"role": "assistant", "content": "Noted."}]},
    ],
    "messages": [{"messages": m} for n, m in CHATS.items() if n not in ("open question", "special inside")],
    "conversations": [{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}]}],
}


def prepared(tok, name: str, **settings) -> dict:
    """Rows after SFTTrainer's own preparation, and the labels its collator makes of each row."""
    rows = DATASETS[name]
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(folder, bf16=False, use_cpu=True, report_to="none", gradient_checkpointing=False, **settings)
        model = LlamaForCausalLM(tiny_config(vocab=len(tok)))
        entry = {"format": name, "settings": settings, "rows": rows}
        try:
            trainer = SFTTrainer(model, args=args, train_dataset=Dataset.from_list(rows), processing_class=tok)
        except Exception as error:  # the error is the golden value
            return entry | {"error": f"{type(error).__name__}: {error}"}
        result = [dict(r) for r in trainer.train_dataset]
        out = []
        for r in result:
            batch = trainer.data_collator([r])
            out.append({"ids": batch["input_ids"][0].tolist(), "labels": batch["labels"][0].tolist()})
        return entry | {"columns": sorted(trainer.train_dataset.column_names), "prepared": out}


def main() -> None:
    tok = AutoTokenizer.from_pretrained(MODEL)
    lines = []
    for text in LINES:
        ids = tok(text)["input_ids"]
        lines.append({"text": text, "ids": ids, "decoded": tok.decode(ids), "skipSpecial": tok.decode(ids, skip_special_tokens=True)})
    sets = [
        prepared(tok, "text"), prepared(tok, "text", max_length=16),
        prepared(tok, "prompt-completion"), prepared(tok, "prompt-completion", max_length=24),
        prepared(tok, "prompt-completion", completion_only_loss=False),
        prepared(tok, "prompt-completion chat"), prepared(tok, "prompt-completion chat", max_length=32),
        prepared(tok, "messages"), prepared(tok, "messages", assistant_only_loss=True),
        prepared(tok, "messages", assistant_only_loss=True, max_length=16),
        prepared(tok, "messages", completion_only_loss=True),
        prepared(tok, "conversations"),
    ]
    with open(os.path.join(MODEL, "tokenizer.json"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    write(
        "tokenizer.json",
        {
            "about": "public/model/tokenizer.json under transformers; rows as prepared by trl SFTTrainer",
            "versions": versions("transformers", "tokenizers", "trl", "datasets"),
            "tokenizerSha256": digest,
            "vocabSize": len(tok), "eos": [tok.eos_token, tok.eos_token_id], "pad": [tok.pad_token, tok.pad_token_id],
            "lines": lines, "chats": chat_rows(tok), "datasets": sets,
        },
    )


main()
