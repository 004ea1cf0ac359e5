"""Which architecture a hub id names, and the smallest configuration of it: real layer counts, tiny widths.

Layer counts, tied embeddings and the dtype of the checkpoint are those of the published models; everything else is shrunk.
An id that no pattern knows is a llama of sixteen layers, as the laboratory assumes. Writes nothing: ground_truth_hub.py makes the files.
"""

import re

VOCAB = 320
VISION = {"image_token_id": 300, "video_token_id": 301, "vision_start_token_id": 302, "vision_end_token_id": 303}

# Pattern (case ignored, first match counts), model type, layers, and what differs from the family.
TIED = {"tie_word_embeddings": True}
HALF, BF16 = {"dtype": "float16"}, {"dtype": "bfloat16"}
IDS = [
    (r"baichuan", "baichuan", 32, BF16),
    (r"chatglm", "chatglm", 28, HALF),
    (r"internlm2", "internlm2", 32, BF16),
    (r"qwen2\.5-vl-3b", "qwen2_5_vl", 36, {**TIED, **BF16}),
    (r"qwen2\.5-vl-7b", "qwen2_5_vl", 28, BF16),
    (r"qwen2\.5-vl", "qwen2_5_vl", 4, BF16),
    (r"qwen2-vl", "qwen2_vl", 4, BF16),
    (r"tinyllama", "llama", 22, BF16),
    (r"smollm2?-135m", "llama", 30, {**TIED, **BF16}),
    (r"smollm2?-360m", "llama", 32, {**TIED, **BF16}),
    (r"smollm2?-1\.7b", "llama", 24, {**TIED, **BF16}),
    (r"llama-3\.2-1b", "llama", 16, {**TIED, **BF16}),
    (r"llama-3\.2-3b", "llama", 28, {**TIED, **BF16}),
    (r"llama-?3(\.1)?-70b", "llama", 80, BF16),
    (r"llama-?3", "llama", 32, BF16),
    (r"code-?llama-13b|llama-?2?-13b|vicuna-13b", "llama", 40, {"kv": 4, **HALF}),
    (r"llama-?2?-70b", "llama", 80, HALF),
    (r"open_llama_3b", "llama", 26, {"kv": 4, **HALF}),
    (r"code-?llama-7b|llama-?2?-7b|vicuna-7b|open_llama_7b|alpaca|guanaco-7b", "llama", 32, {"kv": 4, **HALF}),
    (r"deepseek-coder-1\.3b", "llama", 24, {"kv": 4, **BF16}),
    (r"deepseek-coder-6\.7b|deepseek-llm-7b", "llama", 32, {"kv": 4, **BF16}),
    (r"/yi-(1\.5-)?6b", "llama", 32, BF16),
    (r"mixtral", "mixtral", 32, BF16),
    (r"mistral|zephyr|openhermes|biomistral", "mistral", 32, BF16),
    (r"qwen3-(0\.6b|1\.7b)", "qwen3", 28, {**TIED, **BF16}),
    (r"qwen3-4b", "qwen3", 36, {**TIED, **BF16}),
    (r"qwen3-8b", "qwen3", 36, BF16),
    (r"qwen3-14b", "qwen3", 40, BF16),
    (r"qwen1\.5-0\.5b|qwen2(\.5)?(-coder|-math)?-0\.5b", "qwen2", 24, {**TIED, **BF16}),
    (r"qwen2(\.5)?(-coder|-math)?-1\.5b", "qwen2", 28, {**TIED, **BF16}),
    (r"qwen2\.5(-coder)?-3b", "qwen2", 36, {**TIED, **BF16}),
    (r"qwen2(\.5)?(-coder|-math)?-7b", "qwen2", 28, BF16),
    (r"qwen1\.5-7b", "qwen2", 32, {"kv": 4, **BF16}),
    (r"qwen2\.5-14b", "qwen2", 48, BF16),
    (r"gemma-3-1b", "gemma3_text", 26, {**TIED, **BF16}),
    (r"gemma-3-270m", "gemma3_text", 18, {**TIED, **BF16}),
    (r"gemma-2-2b", "gemma2", 26, {**TIED, **BF16}),
    (r"gemma-2-9b", "gemma2", 42, {**TIED, **BF16}),
    (r"gemma(-1\.1)?-2b", "gemma", 18, {**TIED, **BF16}),
    (r"gemma(-1\.1)?-7b", "gemma", 28, {**TIED, **BF16}),
    (r"phi-3(\.5)?-mini", "phi3", 32, BF16),
    (r"phi-4-mini", "phi3", 32, BF16),
    (r"phi-1(_5)?", "phi", 24, HALF),
    (r"phi-2", "phi", 32, HALF),
    (r"distilgpt2", "gpt2", 6, TIED),
    (r"gpt2-medium", "gpt2", 24, TIED),
    (r"gpt2-large", "gpt2", 36, TIED),
    (r"gpt2-xl", "gpt2", 48, TIED),
    (r"gpt2", "gpt2", 12, TIED),
    (r"gpt-neo-125m", "gpt_neo", 12, TIED),
    (r"gpt-neo-1\.3b", "gpt_neo", 24, TIED),
    (r"gpt-?j", "gptj", 28, HALF),
    (r"pythia-(14m|70m)", "gpt_neox", 6, HALF),
    (r"pythia-160m", "gpt_neox", 12, HALF),
    (r"pythia-(410m|1\.4b)", "gpt_neox", 24, HALF),
    (r"pythia-1b", "gpt_neox", 16, HALF),
    (r"pythia-(2\.8b|6\.9b)", "gpt_neox", 32, HALF),
    (r"gpt-neox-20b", "gpt_neox", 44, HALF),
    (r"stablelm-(base|tuned)-alpha", "gpt_neox", 16, HALF),
    (r"dolly-v2-3b|redpajama-incite.*3b", "gpt_neox", 32, HALF),
    (r"opt-125m", "opt", 12, {**TIED, **HALF}),
    (r"opt-350m", "opt", 24, {**TIED, "word_embed_proj_dim": 32, "do_layer_norm_before": False, **HALF}),
    (r"opt-1\.3b", "opt", 24, {**TIED, **HALF}),
    (r"opt-(2\.7b|6\.7b)", "opt", 32, {**TIED, **HALF}),
    (r"bloomz?-(560m|1b1|1b7)", "bloom", 24, {**TIED, **HALF}),
    (r"bloomz?-(3b|7b1)", "bloom", 30, {**TIED, **HALF}),
    (r"falcon-7b", "falcon", 32, {**TIED, **BF16}),
    (r"falcon-rw-1b", "falcon", 24, {**TIED, "multi_query": False, "alibi": True, "bias": True, "parallel_attn": False, **BF16}),
    (r"mpt-7b", "mpt", 32, {**TIED, **BF16}),
    (r"starcoder2-3b", "starcoder2", 30, {**TIED, **BF16}),
    (r"starcoder2-7b", "starcoder2", 32, {**TIED, **BF16}),
    (r"stablelm-2-(1_6b|zephyr)", "stablelm", 24, HALF),
    (r"olmo-2|olmo2", "olmo2", 16, BF16),
    (r"granite-3", "granite", 40, {**TIED, **BF16}),
    (r"distilbert", "distilbert", 6, {}),
    (r"xlm-roberta-base", "xlm-roberta", 12, {}),
    (r"roberta-large", "roberta", 24, {}),
    (r"deberta-v3-large", "deberta-v2", 24, {}),
    (r"deberta-v3-small", "deberta-v2", 6, {}),
    (r"deberta-v3", "deberta-v2", 12, {}),
    (r"roberta", "roberta", 12, {}),
    (r"electra", "electra", 12, {}),
    (r"albert", "albert", 12, {}),
    (r"bert-tiny", "bert", 2, {}),
    (r"bert-large", "bert", 24, {}),
    (r"biogpt", "biogpt", 24, TIED),
    (r"bert", "bert", 12, {}),
    (r"mt5-small", "mt5", 8, {}),
    (r"mt5-base", "mt5", 12, {}),
    (r"flan-t5-small", "t5", 8, {"feed_forward_proj": "gated-gelu"}),
    (r"flan-t5-base", "t5", 12, {"feed_forward_proj": "gated-gelu"}),
    (r"flan-t5-(large|xl)", "t5", 24, {"feed_forward_proj": "gated-gelu"}),
    (r"t5-small", "t5", 6, TIED),
    (r"t5-base", "t5", 12, TIED),
    (r"t5-(large|3b)", "t5", 24, TIED),
    (r"bart-large", "bart", 12, TIED),
    (r"bart", "bart", 6, TIED),
    # Names that people give to their own copies.
    (r"qwen3", "qwen3", 2, BF16), (r"qwen", "qwen2", 2, BF16), (r"gemma", "gemma", 2, {**TIED, **BF16}),
    (r"pythia|neox", "gpt_neox", 2, HALF), (r"bloom|bigscience/tokenizer", "bloom", 2, TIED), (r"opt-|/opt", "opt", 2, TIED), (r"phi", "phi", 2, {}),
    (r"t5", "t5", 2, {}), (r"falcon", "falcon", 2, TIED),
]

# special tokens (bos, eos, pad, unk), by family; None: the tokenizer has none.
TOKENS = {
    "llama": ("<s>", "</s>", None, "<unk>"), "mistral": ("<s>", "</s>", None, "<unk>"), "mixtral": ("<s>", "</s>", None, "<unk>"),
    "llama3": ("<|begin_of_text|>", "<|end_of_text|>", None, None), "qwen2": (None, "<|im_end|>", "<|endoftext|>", None),
    "gemma": ("<bos>", "<eos>", "<pad>", "<unk>"), "gpt2": ("<|endoftext|>", "<|endoftext|>", None, "<|endoftext|>"),
    "opt": ("</s>", "</s>", "<pad>", "</s>"), "bloom": ("<s>", "</s>", "<pad>", "<unk>"), "t5": (None, "</s>", "<pad>", "<unk>"),
    "bert": (None, None, "[PAD]", "[UNK]"), "roberta": ("<s>", "</s>", "<pad>", "<unk>"),
    "phi3": ("<s>", "<|endoftext|>", "<|endoftext|>", "<unk>"), "internlm2": ("<s>", "</s>", "</s>", "<unk>"),
}
SAME_TOKENS = {
    "qwen3": "qwen2", "qwen2_vl": "qwen2", "qwen2_5_vl": "qwen2", "gemma2": "gemma", "gemma3_text": "gemma", "gpt_neox": "gpt2",
    "gpt_neo": "gpt2", "gptj": "gpt2", "phi": "gpt2", "falcon": "gpt2", "mpt": "gpt2", "starcoder2": "gpt2", "stablelm": "gpt2", "olmo2": "gpt2",
    "granite": "gpt2", "mt5": "t5", "bart": "roberta", "xlm-roberta": "roberta", "distilbert": "bert", "deberta-v2": "bert",
    "electra": "bert", "albert": "bert", "biogpt": "roberta", "baichuan": "llama", "chatglm": "bloom",
}
NO_TEMPLATE = re.compile(r"llama-2-\d+b-hf|llama-3[\d.]*-\d+b$|mistral-7b-v0|gemma[\d.-]*-\d+b$|opt-|gpt|pythia|bloom|falcon-7b$|bert|t5|bart|phi-[12]", re.I)


def known(name: str, model_type: str | None = None):
    """(model type, layers, more) of a hub id; a class that names its architecture decides over the id."""
    for pattern, kind, layers, more in IDS:
        if re.search(pattern, name, re.I) and (model_type is None or model_type == kind):
            return kind, layers, more
    return model_type or "llama", 16 if model_type in (None, "llama") else 2, {}


def tokens_of(name: str, kind: str):
    if re.search(r"tinyllama.*chat|zephyr", name, re.I):
        return ("<s>", "</s>", "</s>", "<unk>")
    if re.search(r"vicuna", name, re.I):
        return ("<s>", "</s>", "<unk>", "<unk>")
    if re.search(r"smollm.*instruct", name, re.I):
        return ("<|im_start|>", "<|im_end|>", "<|im_end|>", None)
    if kind == "llama" and re.search(r"llama-?3|smollm", name, re.I):
        return TOKENS["llama3"]
    return TOKENS[SAME_TOKENS.get(kind, kind)] if SAME_TOKENS.get(kind, kind) in TOKENS else TOKENS["llama"]


def config_of(name: str, model_type: str | None = None) -> tuple[dict, str]:
    """config.json of the tiny model, and the dtype of its checkpoint."""
    kind, layers, more = known(name, model_type)
    more = dict(more)
    dtype, kv = more.pop("dtype", "float32"), more.pop("kv", 2)
    plain = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": layers, "num_attention_heads": 4}
    grouped = {**plain, "num_key_value_heads": kv, "max_position_embeddings": 4096}
    sizes = {
        "gpt2": {"n_embd": 64, "n_layer": layers, "n_head": 4, "n_positions": 1024}, "gptj": {"n_embd": 64, "n_layer": layers, "n_head": 4, "rotary_dim": 8, "n_positions": 2048},
        "gpt_neo": {"hidden_size": 64, "num_layers": layers, "num_heads": 4, "attention_types": [[["global", "local"], layers // 2]], "max_position_embeddings": 2048},
        "gpt_neox": {**plain, "max_position_embeddings": 2048}, "bloom": {"hidden_size": 64, "n_layer": layers, "n_head": 4},
        "opt": {"hidden_size": 64, "ffn_dim": 128, "num_hidden_layers": layers, "num_attention_heads": 4, "max_position_embeddings": 2048, "word_embed_proj_dim": 64},
        "falcon": {"hidden_size": 64, "num_hidden_layers": layers, "num_attention_heads": 4, "multi_query": True, "alibi": False, "bias": False, "parallel_attn": True},
        "mpt": {"d_model": 64, "n_layers": layers, "n_heads": 4, "max_seq_len": 2048, "expansion_ratio": 2}, "phi": {**plain, "max_position_embeddings": 2048},
        "bert": {**plain, "max_position_embeddings": 512}, "electra": {**plain, "embedding_size": 64, "max_position_embeddings": 512},
        "roberta": {**plain, "max_position_embeddings": 514, "type_vocab_size": 1}, "xlm-roberta": {**plain, "max_position_embeddings": 514, "type_vocab_size": 1},
        "deberta-v2": {**plain, "max_position_embeddings": 512, "relative_attention": True, "position_buckets": 32, "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 0, "position_biased_input": False},
        "albert": {**plain, "embedding_size": 32, "max_position_embeddings": 512}, "biogpt": {**plain, "max_position_embeddings": 1024},
        "distilbert": {"dim": 64, "hidden_dim": 128, "n_layers": layers, "n_heads": 4, "max_position_embeddings": 512},
        "t5": {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": layers, "num_heads": 4, "decoder_start_token_id": 0}, "mt5": {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": layers, "num_heads": 4, "decoder_start_token_id": 0},
        "bart": {"d_model": 64, "encoder_layers": layers, "decoder_layers": layers, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 1024, "decoder_start_token_id": 2, "forced_eos_token_id": 2},
        "gemma": {**grouped, "num_key_value_heads": 1, "head_dim": 16}, "gemma2": {**grouped, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 4096}, "gemma3_text": {**grouped, "num_key_value_heads": 1, "head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 512},
        "qwen3": {**grouped, "head_dim": 16}, "mixtral": {**grouped, "num_local_experts": 8, "num_experts_per_tok": 2}, "mistral": {**grouped, "sliding_window": None},
        "stablelm": {**grouped, "num_key_value_heads": 4, "use_qkv_bias": True}, "starcoder2": {**grouped, "sliding_window": None}, "baichuan": plain, "chatglm": plain, "internlm2": grouped,
        "qwen2_vl": {**grouped, **VISION, "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]}, "vision_config": {"depth": 2, "embed_dim": 32, "num_heads": 2, "mlp_ratio": 2, "hidden_size": 64, "patch_size": 14}},
        "qwen2_5_vl": {**grouped, **VISION, "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]}, "vision_config": {"depth": 2, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "out_hidden_size": 64, "patch_size": 14, "fullatt_block_indexes": [1]}},
    }.get(kind, grouped)
    return {"model_type": kind, "vocab_size": VOCAB, "torch_dtype": dtype, **sizes, **more}, dtype
