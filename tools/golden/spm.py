"""Writes tests/golden/sentencepiece.json: small models trained by sentencepiece, as a GGUF file holds them, and how sentencepiece cuts text.

The lines stand in vocabularies.json; those that name a special token are left out, for sentencepiece takes them for plain text. Runs without torch.
"""

import base64
import hashlib
import json
import os
import tempfile

import sentencepiece

from charsmap import compiled
from token_lines import KINDS, lines, said

OUT = os.path.join(os.environ.get("GOLDEN_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden")), "sentencepiece.json")
LINES = 300
CASES = {
    "bpe with bytes": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 620, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "bpe without a prefix": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 600, "normalization_rule_name": "identity", "remove_extra_whitespaces": False,
                             "add_dummy_prefix": False, "user_defined_symbols": ["\n\n", "<h1>"], "split_by_whitespace": False},
    "bpe with unknowns": {"model_type": "bpe", "vocab_size": 400, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "unigram": {"model_type": "unigram", "hard_vocab_limit": False, "vocab_size": 420, "remove_extra_whitespaces": True},
    "unigram with bytes": {"model_type": "unigram", "hard_vocab_limit": False, "byte_fallback": True, "vocab_size": 620, "normalization_rule_name": "identity", "remove_extra_whitespaces": False},
}


# Where transformers' reading of the same model differs, which is what a tokenizer.json says: a byte's name in the text is that byte's token; the mark of a
# space in the text is no space; and of two ways that are equally good in float64 the first is taken.
APART = {"unigram": ["▁", "..., !!!"], "unigram with bytes": ["<0x"]}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def apart(name: str, text: str) -> bool:
    return any(word in text for word in APART.get(name, []))


def texts() -> list[str]:
    return said()[::3] + KINDS["code"] + KINDS["chinese"] + KINDS["quotes"] + KINDS["numbers"]


def kind(model: sentencepiece.SentencePieceProcessor, i: int, own: list[str]) -> int:
    """tokenizer.ggml.token_type as convert_hf_to_gguf.py gives it."""
    if model.is_unknown(i):
        return 2
    if model.is_control(i):
        return 3
    if model.is_unused(i):
        return 5
    if model.is_byte(i):
        return 6
    return 4 if model.id_to_piece(i) in own else 1


def golden(name: str, settings: dict, folder: str, all_lines: list[str]) -> dict:
    prefix = os.path.join(folder, "model")
    more = {}
    charsmap = None
    if name == "unigram":
        more["normalization_rule_tsv"] = os.path.join(folder, "rules.tsv")
        charsmap = base64.b64encode(compiled(folder)).decode("ascii")
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts()), model_prefix=prefix, character_coverage=0.99, minloglevel=3, num_threads=1, **settings, **more)
    model = sentencepiece.SentencePieceProcessor(model_file=prefix + ".model")
    size = model.vocab_size()
    ids = [model.encode(text) for text in all_lines]
    return {
        "bytes": settings.get("byte_fallback", False), "prefix": settings.get("add_dummy_prefix", True), "trims": settings["remove_extra_whitespaces"],
        "kind": settings["model_type"], "charsmap": charsmap,
        "tokens": [model.id_to_piece(i) for i in range(size)], "scores": [model.get_score(i) for i in range(size)], "types": [kind(model, i, settings.get("user_defined_symbols", [])) for i in range(size)],
        "bos": model.bos_id(), "eos": model.eos_id(), "ids": "".join("----" if apart(name, text) else digest(",".join(map(str, each))) for text, each in zip(all_lines, ids)),
        # What is unknown it writes as a sign of its own.
        "decoded": "".join("----" if model.unk_id() in each or apart(name, text) else digest(model.decode(each)) for text, each in zip(all_lines, ids)),
    }


def main() -> None:
    special = ["<s>", "</s>", "<unk>", "\x00"]
    all_lines = [line for line in lines()[:LINES] if not any(word in line for word in special)]
    with tempfile.TemporaryDirectory() as folder:
        compiled(folder)
        cases = {name: golden(name, settings, folder, all_lines) for name, settings in CASES.items()}
    rows = [f"{json.dumps(name)}: {json.dumps(case, ensure_ascii=False, separators=(',', ':'))}" for name, case in cases.items()]
    head = {"about": "small sentencepiece models as GGUF holds them; four digits of SHA-256 a line", "versions": {"sentencepiece": sentencepiece.__version__}, "special": special, "lines": LINES}
    with open(OUT, "w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "cases": {\n' + ",\n".join(rows) + "\n}}\n")
    print(f"sentencepiece.json: {os.path.getsize(OUT)} bytes")


main()
