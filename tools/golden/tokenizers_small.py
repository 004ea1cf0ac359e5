"""Writes tests/golden/tokenizers.json: small tokenizers of each kind, trained here by `tokenizers`, and how they cut 300 of the lines.

Argument: a precompiled charsmap in base64 (charsmap.py). The lines stand in vocabularies.json; only digests of ids and decodings are kept.
"""

import base64
import json
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from encoding import versions, write
from token_lines import KINDS, lines, said
from vocabularies import digest

WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
# The rest are pairs of them.
LINES = 300
BYTES = [f"<0x{i:02X}>" for i in range(256)]


def texts() -> list[str]:
    return said()[::3] + KINDS["code"] + KINDS["chinese"] * 3 + KINDS["quotes"] + KINDS["numbers"]


def bpe(tokenizer: Tokenizer, size: int, special: list, **more) -> Tokenizer:
    alphabet = more.pop("initial_alphabet", [])
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(vocab_size=size, special_tokens=special, show_progress=False, initial_alphabet=alphabet, limit_alphabet=300, **more))
    return tokenizer


def marks(tokenizer: Tokenizer, bos: str) -> None:
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))])


def byte_level() -> Tokenizer:
    made = Tokenizer(models.BPE(ignore_merges=True))
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(WORDS), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made.decoder = decoders.ByteLevel()
    bpe(made, 480, ["<bos>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    made.add_tokens([
        AddedToken("<|im_start|>", special=True, normalized=False), AddedToken("<|im_end|>", lstrip=True, rstrip=True, normalized=False), AddedToken("town", single_word=True),
        AddedToken("é", normalized=True), AddedToken("</s>", rstrip=True, normalized=False), AddedToken("<s>", lstrip=True), AddedToken("<|im_end", normalized=False), AddedToken("\n\n\n", normalized=True),
    ])
    marks(made, "<bos>")
    return made


def digits() -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip()])
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=True)])
    made.decoder = decoders.ByteLevel()
    return bpe(made, 420, ["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def pieces(**settings) -> Tokenizer:
    """A BPE over sentencepiece's marks, whose bytes are tokens too."""
    return Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True, **settings))


DECODE = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]


def legacy() -> Tokenizer:
    made = pieces()
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence([*DECODE, decoders.Strip(" ", 1, 0)])
    bpe(made, 520, ["<unk>", "<s>", "</s>", *BYTES], max_token_length=12)
    made.add_tokens([AddedToken("the mill", normalized=True), AddedToken("<|im_end|>", normalized=True)])
    marks(made, "<s>")
    return made


def first() -> Tokenizer:
    made = pieces()
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    made.decoder = decoders.Sequence([*DECODE, decoders.Strip(" ", 1, 0)])
    return bpe(made, 520, ["<unk>", "<s>", "</s>", *BYTES], max_token_length=12)


def gemma() -> Tokenizer:
    made = pieces()
    made.normalizer = normalizers.Replace(" ", "▁")
    made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence(DECODE)
    return bpe(made, 500, ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", *BYTES], max_token_length=8)


def unigram(fallback: bool, charsmap: bytes | None) -> Tokenizer:
    made = Tokenizer(models.Unigram())
    if charsmap is None:
        made.normalizer = normalizers.NFKC()
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    else:
        made.normalizer = normalizers.Precompiled(charsmap)
        made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    special = ["<pad>", "</s>", "<unk>"] + (BYTES if fallback else [])
    made.train_from_iterator(texts(), trainers.UnigramTrainer(vocab_size=len(special) + 300, special_tokens=special, unk_token="<unk>", show_progress=False))
    if fallback:
        plain = json.loads(made.to_str())
        plain["model"]["byte_fallback"] = True
        made = Tokenizer.from_str(json.dumps(plain))
        made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always")])
    return made


def words() -> Tokenizer:
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=False, end_of_word_suffix="</w>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return bpe(made, 400, ["<unk>"], end_of_word_suffix="</w>")


def continued() -> Tokenizer:
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, continuing_subword_prefix="##"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return bpe(made, 400, ["<unk>"], continuing_subword_prefix="##")


def split(behaviour: str, invert: bool) -> dict:
    return {"type": "Split", "pattern": {"Regex": r"[\s,.]|\p{N}+"}, "behavior": behaviour, "invert": invert}


def digests(texts) -> str:
    return "".join(digest(text)[:4] for text in texts)


def golden(tokenizer: Tokenizer, texts: list[str]) -> dict:
    found = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    ids = [each.ids for each in found]
    return {
        "ids": digests(",".join(map(str, each)) for each in ids), "tokens": sum(map(len, ids)), "marked": tokenizer.encode("hi").ids,
        "decoded": digests(tokenizer.decode(each, skip_special_tokens=False) for each in ids),
        "skipped": digests(tokenizer.decode(each, skip_special_tokens=True) for each in ids),
        "places": digests(",".join(f"{a}-{b}" for a, b in each.offsets) for each in found),
    }


def main() -> None:
    all_lines = lines()[:LINES]
    kinds = {
        "byte-level": byte_level(), "digits and accents": digits(), "sentencepiece BPE with a prefix": legacy(), "sentencepiece BPE with a first mark": first(),
        "sentencepiece BPE without a prefix": gemma(), "unigram with a table": unigram(False, base64.b64decode(sys.argv[1])), "unigram with bytes": unigram(True, None),
        "words with a suffix": words(), "words with a prefix": continued(),
    }
    plain = json.loads(kinds["words with a prefix"].to_str())
    splits = []
    for behaviour in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            rule = split(behaviour, invert)
            splits.append({"preTokenizer": rule} | golden(Tokenizer.from_str(json.dumps(plain | {"pre_tokenizer": rule})), all_lines))
    write("tokenizers.json", {
        "about": "small tokenizers trained by tokenizers; four digits of SHA-256 for each of the first lines of vocabularies.json", "versions": versions("tokenizers"),
        "kinds": {name: {"json": json.loads(each.to_str())} | golden(each, all_lines) for name, each in kinds.items()}, "splits": splits,
    }, depth=3)


if __name__ == "__main__":
    main()
