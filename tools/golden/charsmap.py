"""Prints a small table of normalizations as sentencepiece compiles it, in base64: what tokenizers calls a precompiled charsmap.

Its rules are this project's: single characters, sequences with a combining mark, one that vanishes, one that becomes two.
"""

import base64
import os
import tempfile

import sentencepiece
from google.protobuf.internal.decoder import _DecodeVarint

RULES = {"Ａ": "A", "①": "1", "e\u0301": "é", "\u00a0": " ", "\u3000": " ", "\t": " ", "\u200b": "", "½": "1/2", "ﬁ": "fi", "\u212b": "\u00c5", "か\u3099": "が", "👩": "W", "🇩": "D", "\u1100\u1161": "가", "…": "..."}


def field(message: bytes, wanted: int) -> bytes:
    """The first length-delimited field of this number."""
    at = 0
    while at < len(message):
        key, at = _DecodeVarint(message, at)
        kind = key & 7
        if kind == 2:
            size, at = _DecodeVarint(message, at)
            if key >> 3 == wanted:
                return message[at:at + size]
            at += size
        elif kind == 0:
            _, at = _DecodeVarint(message, at)
        else:
            at += {1: 8, 5: 4}[kind]
    raise ValueError(f"no field {wanted}")


def compiled(folder: str) -> bytes:
    """The table; the rules are left in `folder`, as rules.tsv."""
    rules, prefix = os.path.join(folder, "rules.tsv"), os.path.join(folder, "table")
    with open(rules, "w", encoding="utf-8") as file:
        for source, target in RULES.items():
            file.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d", "b c d e", "e f g a"] * 30), model_prefix=prefix, vocab_size=12, model_type="bpe", normalization_rule_tsv=rules,
        minloglevel=3,
    )
    with open(prefix + ".model", "rb") as file:
        return field(field(file.read(), 3), 2)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(base64.b64encode(compiled(folder)).decode("ascii"))


if __name__ == "__main__":
    main()
