"""Writes verified.txt: which ids of sizes.txt have their numbers from a public source other than this list, and which source.

Usage: python verify.py FOLDER, inside the newest environment. FOLDER has the wheels litgpt, llm_analysis and keras_nlp unpacked (golden.sh);
the fourth source is transformers itself: the defaults of a configuration class are those of the checkpoint that its own text names.
An id is verified if every number of its row that shapes follow is the source's. A number that differs from one of the first three is told and
ends the run. Defaults that differ verify nothing and are told: "a similar configuration" is at times another one.
"""

import importlib.util
import json
import os
import re
import sys

import transformers
from transformers import CONFIG_MAPPING

from check import sizes
from types_list import TYPES, with_variant

HERE = os.path.dirname(os.path.abspath(__file__))
# What libraries call the numbers of a configuration → one name for each.
SAME = {
    "vocab": "vocab_size vocabulary_size",
    "hidden": "hidden_size n_embd d_model dim",
    "inner": "intermediate_size ffn_dim d_ff hidden_dim n_inner intermediate_dim ffn_embed_dim",
    "layers": "num_hidden_layers n_layer n_layers num_layers",
    "heads": "num_attention_heads n_head n_heads num_heads attention_heads",
    "groups": "num_key_value_heads num_kv_heads n_query_groups",
    "width": "head_dim head_size d_kv",
    "positions": "max_position_embeddings n_positions max_seq_len max_sequence_length",
    "experts": "num_local_experts num_experts n_expert",
    "buckets": "position_buckets bucket_size",
    "narrow": "embedding_size embedding_dim word_embed_proj_dim",
}
NAME_OF = {name: one for one, names in SAME.items() for name in names.split()}
# DistilBERT calls the feed-forward so, everyone else the model.
THEIRS = NAME_OF | {"hidden_dim": "hidden"}
# What keras_nlp calls a preset → the id of the same weights.
KERAS = {
    "bert_base_en_uncased": "bert-base-uncased", "bert_base_en": "bert-base-cased", "bert_large_en_uncased": "bert-large-uncased",
    "bert_large_en": "bert-large-cased", "bert_base_zh": "bert-base-chinese", "bert_base_multi": "bert-base-multilingual-cased",
    "roberta_base_en": "roberta-base", "roberta_large_en": "roberta-large", "xlm_roberta_base_multi": "xlm-roberta-base",
    "xlm_roberta_large_multi": "xlm-roberta-large", "distil_bert_base_en_uncased": "distilbert-base-uncased",
    "distil_bert_base_en": "distilbert-base-cased", "distil_bert_base_multi": "distilbert-base-multilingual-cased",
    "deberta_v3_extra_small_en": "microsoft/deberta-v3-xsmall", "deberta_v3_small_en": "microsoft/deberta-v3-small",
    "deberta_v3_base_en": "microsoft/deberta-v3-base", "deberta_v3_large_en": "microsoft/deberta-v3-large", "albert_base_en_uncased": "albert-base-v2",
    "bart_base_en": "facebook/bart-base", "bart_large_en": "facebook/bart-large", "gpt2_base_en": "gpt2", "gpt2_medium_en": "gpt2-medium",
    "gpt2_large_en": "gpt2-large", "gpt2_extra_large_en": "gpt2-xl", "opt_125m_en": "facebook/opt-125m", "opt_1.3b_en": "facebook/opt-1.3b",
    "opt_2.7b_en": "facebook/opt-2.7b", "opt_6.7b_en": "facebook/opt-6.7b",
}
# Fairseq counts positions from 2 on, and its own numbers leave those out.
SHIFTED = {"roberta", "xlm-roberta"}


def module(path: str):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def litgpt(folder: str):
    config = module(os.path.join(folder, "litgpt", "config.py"))
    for one in config.configs:
        made = config.Config(**one)
        id = "/".join((made.hf_config.get("org", ""), made.hf_config.get("name", "")))
        numbers = {"vocab": {made.padded_vocab_size, made.vocab_size}, "hidden": made.n_embd, "layers": made.n_layer, "heads": made.n_head,
                   "groups": made.n_query_groups, "width": made.head_size, "inner": made.intermediate_size}
        if made.n_expert:
            numbers |= {"experts": made.n_expert, "moe_intermediate_size": made.moe_intermediate_size}
        yield id, {name: value for name, value in numbers.items() if value is not None}


def llm_analysis(folder: str):
    configs = os.path.join(folder, "llm_analysis", "model_configs")
    for name in sorted(os.listdir(configs)):
        with open(os.path.join(configs, name), encoding="utf-8") as file:
            made = json.load(file)
        if made.get("model_type") == "llama":  # takes every feed-forward for four times as wide
            made.pop("ffn_embed_dim", None)
        yield name[:-5].replace("_", "/", 1), {THEIRS[key]: value for key, value in made.items() if key in THEIRS and isinstance(value, int)}


def keras_nlp(folder: str):
    for root, _, names in sorted(os.walk(os.path.join(folder, "keras_nlp", "src", "models"))):
        for name in names:
            if not name.endswith("_presets.py"):
                continue
            for preset, entry in module(os.path.join(root, name)).backbone_presets.items():
                if preset not in KERAS:
                    continue
                made = entry["config"]
                numbers = {THEIRS[key]: value for key, value in made.items() if key in THEIRS}
                if preset.startswith("opt"):  # without a projection
                    numbers["narrow"] = numbers["hidden"]
                if preset.startswith("bart"):
                    numbers |= {f"{side}_{what}": made[key] for side in ("encoder", "decoder") for what, key in
                                (("layers", "num_layers"), ("ffn_dim", "intermediate_dim"), ("attention_heads", "num_heads"))}
                yield KERAS[preset], numbers


def defaults(_):
    for kind in TYPES:
        if kind not in CONFIG_MAPPING:
            continue
        config = CONFIG_MAPPING[kind]
        text = (config.__doc__ or "") + str(getattr(sys.modules[config.__module__], "__doc__", ""))
        named = re.search(r"similar configuration to that of\s+the\s+.*?\[([\w./-]+)\]\(", " ".join(text.split()))
        if not named:
            continue
        try:
            made = config()
        except Exception:  # noqa: BLE001 - a class whose defaults make no configuration says nothing
            continue
        yield named[1], made


def canonical(knob: str) -> str:
    return NAME_OF.get(knob, knob)


def value_of(source, knob: str):
    if isinstance(source, dict):
        return source.get(canonical(knob), source.get(knob))
    try:
        for part in knob.split("."):
            source = getattr(source, part)
    except AttributeError:
        return None
    return source


def judge(row, source) -> list[tuple[str, int, object]]:
    """(number, ours, theirs) where they differ; theirs None: it doesn't say."""
    kind, variant, numbers, _ = row
    knobs, fixed, variants = TYPES[kind]
    knobs, _fixed = with_variant(knobs, fixed, variants.get(variant, {}))
    out = []
    for knob, ours in zip(knobs, numbers):
        theirs = value_of(source, knob)
        if kind in SHIFTED and canonical(knob) == "positions" and isinstance(source, dict) and theirs:
            theirs += 2
        if theirs is None and canonical(knob) == "groups" and isinstance(source, dict) and ours == numbers[list(knobs).index("num_attention_heads")]:
            continue
        if ours != theirs and not (isinstance(theirs, set) and ours in theirs):
            out.append((knob, ours, theirs))
    return out


def main() -> None:
    transformers.logging.set_verbosity_error()
    rows = {name.lower(): (name, row) for name, row in sizes().items() if row[0] in TYPES}
    names = {name.rpartition("/")[2]: name for name in rows}
    found, wrong, partly = {}, [], {}
    for library, read in (("litgpt", litgpt), ("llm-analysis", llm_analysis), ("keras-nlp", keras_nlp), ("transformers", defaults)):
        for id, source in read(sys.argv[1]):
            name = id.lower().strip("/")
            same = [one for one in (name, names.get(name)) if one in rows]
            same += [one for one in rows if same and one != same[0] and one.rpartition("/")[2] == same[0].rpartition("/")[2]
                     and one.rpartition("/")[0] in ("", "openai-community", "google-bert", "facebookai", "distilbert", "albert", "google-t5", "almanach")]
            for one in dict.fromkeys(same):
                written, row = rows[one]
                differing = judge(row, source)
                if any(theirs is not None for _, _, theirs in differing):
                    if library == "transformers":
                        partly[written] = f"the defaults of transformers are others: {differing}"
                        continue
                    wrong.append(f"{written} {library}: {differing}")
                elif differing:
                    partly[written] = f"{library} doesn't say {', '.join(knob for knob, *_ in differing)}"
                else:
                    found.setdefault(written, library)
    if wrong:
        raise SystemExit("\n".join(f"differs: {line}" for line in wrong))
    for name, why in partly.items():
        if name not in found:
            print(f"partly: {name}: {why}", file=sys.stderr)
    with open(os.path.join(HERE, "verified.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.write("# Written by verify.py: ids of sizes.txt whose numbers were held against a public source, and the source.\n")
        file.writelines(f"{name} {found[name]}\n" for name in sizes() if name in found)
    print(f"{len(found)} of {len(sizes())} ids verified", file=sys.stderr)


if __name__ == "__main__":
    main()
