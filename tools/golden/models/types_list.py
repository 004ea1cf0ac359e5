"""The model types of the table: how a small configuration of each is made, and which of its numbers vary.

A knob is a number of the configuration that shapes follow; every knob has three small values, so that a shape seen under
all three names the formula. Which release knows a type is found out by asking it. No shapes and no module names here.
"""

IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 0}
# No width of a head is the number of heads and a constant, or hidden + 2 widths would look like a square.
VOCAB, HIDDEN, MLP, LAYERS = (211, 307, 401), (48, 120, 280), (100, 148, 172), (3, 4, 5)
HEADS, GROUPS, HEAD_DIM, POSITIONS = (6, 10, 14), (2, 5, 7), (12, 16, 24), (64, 72, 88)

DECODER = {"vocab_size": VOCAB, "hidden_size": HIDDEN, "intermediate_size": MLP, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
GROUPED = DECODER | {"num_key_value_heads": GROUPS}
WIDE = GROUPED | {"head_dim": HEAD_DIM}
ENCODER = DECODER | {"max_position_embeddings": POSITIONS}
MOE = {"num_experts": (8, 9, 11), "moe_intermediate_size": (20, 28, 36)}
T5 = {"vocab_size": VOCAB, "d_model": HIDDEN, "d_kv": HEAD_DIM, "d_ff": MLP, "num_layers": LAYERS, "num_decoder_layers": (2, 3, 4), "num_heads": HEADS}
BART = {"vocab_size": VOCAB, "d_model": HIDDEN, "encoder_layers": LAYERS, "decoder_layers": (2, 3, 4), "encoder_ffn_dim": MLP, "decoder_ffn_dim": (92, 116, 132),
        "encoder_attention_heads": HEADS, "decoder_attention_heads": HEADS, "max_position_embeddings": POSITIONS}
DEEPSEEK = DECODER | {"num_key_value_heads": HEADS, "moe_intermediate_size": (20, 28, 36), "n_routed_experts": (8, 12, 16), "n_shared_experts": (2, 3, 4),
                      "kv_lora_rank": (18, 22, 26), "q_lora_rank": (34, 38, 42), "qk_nope_head_dim": (10, 14, 18), "qk_rope_head_dim": (4, 8, 12),
                      "v_head_dim": (9, 13, 15), "first_k_dense_replace": (1, 2, 2)}
VISION = {"hidden_size": (32, 60, 56), "intermediate_size": (68, 76, 84), "num_hidden_layers": (2, 6, 7), "num_attention_heads": (4, 5, 8),
          "image_size": (28, 42, 56), "patch_size": (14, 7, 14)}


def variant(**changes):
    return changes


# type → (knobs, fixed values, variants by name). Nested configurations are written "text_config.hidden_size".
TYPES: dict[str, tuple[dict, dict, dict]] = {
    "llama": (GROUPED, {}, {"": {}, "bias": variant(attention_bias=True)}),
    "mistral": (WIDE, {}, {}),
    "mixtral": (GROUPED | {"num_local_experts": (8, 9, 11)}, {}, {}),
    "qwen2": (GROUPED, {}, {}),
    "qwen2_moe": (GROUPED | MOE | {"shared_expert_intermediate_size": (52, 60, 68)}, {"num_experts_per_tok": 2}, {}),
    "qwen3": (WIDE, {}, {}),
    "qwen3_moe": (WIDE | MOE, {"num_experts_per_tok": 2}, {}),
    "gemma": (WIDE, {}, {}),
    "gemma2": (WIDE, {}, {}),
    "gemma3_text": (WIDE, {}, {}),
    "phi": (GROUPED, {}, {}),
    "phi3": (GROUPED, {}, {}),
    "phimoe": (GROUPED | {"num_local_experts": (8, 9, 11)}, {"attention_bias": True, "lm_head_bias": True}, {}),
    "gpt2": ({"vocab_size": VOCAB, "n_positions": POSITIONS, "n_embd": HIDDEN, "n_layer": LAYERS}, {"n_head": 4}, {}),
    "gpt_neo": ({"vocab_size": VOCAB, "hidden_size": HIDDEN, "num_layers": (4, 6, 8), "max_position_embeddings": POSITIONS},
                {"num_heads": 4, "attention_types": tuple([[["global", "local"], n]] for n in (2, 3, 4))}, {}),
    "gpt_neox": (DECODER, {}, {}),
    "gptj": ({"vocab_size": VOCAB, "n_embd": HIDDEN, "n_layer": LAYERS}, {"n_head": 4, "rotary_dim": 4, "n_positions": 64}, {}),
    "codegen": ({"vocab_size": VOCAB, "n_embd": HIDDEN, "n_layer": LAYERS}, {"n_head": 4, "rotary_dim": 4, "n_positions": 64}, {}),
    "opt": ({"vocab_size": VOCAB, "hidden_size": HIDDEN, "ffn_dim": MLP, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
             "max_position_embeddings": POSITIONS, "word_embed_proj_dim": HIDDEN}, {},
            {"": {}, "projected": variant(word_embed_proj_dim=(26, 34, 38), do_layer_norm_before=False)}),
    "bloom": ({"vocab_size": VOCAB, "hidden_size": HIDDEN, "n_layer": LAYERS}, {"n_head": 4}, {}),
    "falcon": ({"vocab_size": VOCAB, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}, {},
               {"": variant(multi_query=True, parallel_attn=True, bias=False),
                "new": variant(new_decoder_architecture=True, num_kv_heads=GROUPS, parallel_attn=True, bias=False),
                "rw": variant(multi_query=False, parallel_attn=False, alibi=True, bias=True)}),
    "mpt": ({"vocab_size": VOCAB, "d_model": HIDDEN, "n_layers": LAYERS}, {"n_heads": 4, "max_seq_len": 64, "expansion_ratio": 4}, {}),
    "gpt_bigcode": ({"vocab_size": VOCAB, "n_positions": POSITIONS, "n_embd": HIDDEN, "n_layer": LAYERS, "n_head": HEADS, "n_inner": MLP},
                    {"multi_query": True}, {}),
    "starcoder2": (GROUPED, {"use_bias": True}, {}),
    "olmo": (GROUPED, {}, {}),
    "olmo2": (GROUPED, {}, {}),
    "olmoe": (GROUPED | {"num_experts": (8, 9, 11)}, {"num_experts_per_tok": 2}, {}),
    "cohere": (GROUPED, {}, {"": {}, "qk_norm": variant(use_qk_norm=True)}),
    "cohere2": (WIDE, {}, {}),
    "granite": (GROUPED, {}, {}),
    "deepseek_v2": (DEEPSEEK, {"n_group": 2, "topk_group": 2, "num_experts_per_tok": 2},
                    {"": {}, "lite": variant(q_lora_rank=None, topk_method="greedy")}),
    "deepseek_v3": (DEEPSEEK, {"n_group": 2, "topk_group": 2, "num_experts_per_tok": 2}, {}),
    "stablelm": (GROUPED, {}, {"": {}, "bias": variant(use_qkv_bias=True), "qk_norm": variant(qk_layernorm=True, use_parallel_residual=True)}),
    "smollm3": (GROUPED, {}, {}),
    "glm": (WIDE, {"attention_bias": True}, {}),
    "glm4": (WIDE, {"attention_bias": True}, {}),
    "persimmon": (DECODER, {}, {}),
    "nemotron": (WIDE, {}, {}),
    "gpt_oss": (WIDE | {"num_local_experts": (8, 9, 11)}, {"num_experts_per_tok": 2}, {}),
    "biogpt": (ENCODER, {}, {}),
    "xglm": ({"vocab_size": VOCAB, "d_model": HIDDEN, "ffn_dim": MLP, "num_layers": LAYERS, "attention_heads": HEADS}, {"max_position_embeddings": 64}, {}),
    "t5": (T5, {}, {"": {}, "gated": variant(feed_forward_proj="gated-gelu")}),
    "mt5": (T5, {"feed_forward_proj": "gated-gelu"}, {}),
    "bart": (BART, {}, {}),
    "mbart": (BART, {}, {}),
    "pegasus": (BART, {}, {}),
    "m2m_100": (BART, {}, {}),
    "marian": (BART, {}, {}),
    "bert": (ENCODER, {}, {}),
    "roberta": (ENCODER, {"type_vocab_size": 1}, {}),
    "xlm-roberta": (ENCODER, {"type_vocab_size": 1}, {}),
    "camembert": (ENCODER, {"type_vocab_size": 1}, {}),
    "distilbert": ({"vocab_size": VOCAB, "dim": HIDDEN, "hidden_dim": MLP, "n_layers": LAYERS, "max_position_embeddings": POSITIONS}, {"n_heads": 4}, {}),
    "deberta": (ENCODER, {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False, "type_vocab_size": 0,
                          "max_relative_positions": -1, "pooler_hidden_size": HIDDEN}, {}),
    "deberta-v2": (ENCODER | {"position_buckets": (16, 20, 24)}, {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "type_vocab_size": 0,
                             "norm_rel_ebd": "layer_norm", "share_att_key": True, "max_relative_positions": -1,
                             "pooler_hidden_size": HIDDEN}, {}),
    "electra": (ENCODER | {"embedding_size": (26, 34, 38)}, {}, {"": {}, "same": variant(embedding_size=HIDDEN)}),
    "albert": (ENCODER | {"embedding_size": (26, 34, 38)}, {}, {}),
    "mpnet": (ENCODER, {}, {}),
    "modernbert": (DECODER, {"cls_token_id": 1, "sep_token_id": 2}, {}),
    "vit": ({k: v for k, v in VISION.items()} | {"num_hidden_layers": LAYERS, "hidden_size": HIDDEN, "num_attention_heads": HEADS}, {}, {}),
    "llava": ({f"text_config.{k}": v for k, v in GROUPED.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
              {"text_config.model_type": "llama", "vision_config.model_type": "clip_vision_model", "image_token_index": 5}, {}),
    "llava_next": ({f"text_config.{k}": v for k, v in GROUPED.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
                   {"text_config.model_type": "mistral", "vision_config.model_type": "clip_vision_model", "image_token_index": 5}, {}),
    "qwen2_vl": ({f"text_config.{k}": v for k, v in GROUPED.items()} |
                 {"vision_config.embed_dim": (32, 60, 56), "vision_config.depth": (2, 6, 7), "vision_config.hidden_size": HIDDEN},
                 {"vision_config.num_heads": 4, "text_config.rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]}}, {}),
    "qwen2_5_vl": ({f"text_config.{k}": v for k, v in GROUPED.items()} |
                   {"vision_config.hidden_size": (32, 60, 56), "vision_config.intermediate_size": (68, 76, 84), "vision_config.depth": (2, 6, 7),
                    "vision_config.out_hidden_size": HIDDEN},
                   {"vision_config.num_heads": 4, "text_config.rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]}}, {}),
    "paligemma": ({f"text_config.{k}": v for k, v in WIDE.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
                  {"text_config.model_type": "gemma", "vision_config.model_type": "siglip_vision_model", "image_token_index": 5}, {}),
    "gemma3": ({f"text_config.{k}": v for k, v in WIDE.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
               {"vision_config.model_type": "siglip_vision_model", "image_token_index": 5, "image_token_id": 5, "mm_tokens_per_image": 4}, {}),
    "idefics3": ({f"text_config.{k}": v for k, v in GROUPED.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
                 {"text_config.model_type": "llama", "image_token_id": 5, "scale_factor": 2}, {}),
    "smolvlm": ({f"text_config.{k}": v for k, v in GROUPED.items()} | {f"vision_config.{k}": v for k, v in VISION.items()},
                {"text_config.model_type": "llama", "image_token_id": 5, "scale_factor": 2}, {}),
}

# Head → the Auto classes that load it, in the order in which releases had them.
HEADS_OF = {
    "CausalLM": ["AutoModelForCausalLM"],
    "SequenceClassification": ["AutoModelForSequenceClassification"],
    "TokenClassification": ["AutoModelForTokenClassification"],
    "QuestionAnswering": ["AutoModelForQuestionAnswering"],
    "Seq2SeqLM": ["AutoModelForSeq2SeqLM"],
    "MaskedLM": ["AutoModelForMaskedLM"],
    "ImageTextToText": ["AutoModelForImageTextToText", "AutoModelForVision2Seq"],
    "ImageClassification": ["AutoModelForImageClassification"],
    "Model": ["AutoModel"],
}


def numbers(knobs: dict, probe: int) -> dict:
    return {name: values[probe] for name, values in knobs.items()}


def with_variant(knobs: dict, fixed: dict, changes: dict) -> tuple[dict, dict]:
    """Knobs and fixed values of a variant: a change to three values is a knob, any other fixes the number."""
    knobs, fixed = dict(knobs), dict(fixed)
    for name, value in changes.items():
        knobs.pop(name, None)
        fixed.pop(name, None)
        if isinstance(value, tuple):
            knobs[name] = value
        else:
            fixed[name] = value
    return knobs, fixed


def arguments(knobs: dict, fixed: dict, probe: int) -> dict:
    """Keyword arguments of the configuration under one probe, nested ones as dictionaries."""
    flat = {name: value[probe] if isinstance(value, tuple) else value for name, value in (fixed | knobs).items()}
    nested: dict = {}
    for name, value in flat.items():
        target = nested
        *path, last = name.split(".")
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    return nested
