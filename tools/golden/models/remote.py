"""Models whose code stands on the hub and not in transformers: names and shapes of their modules, described with plain modules.

Facts of their published weights: ChatGLM, Baichuan, InternLM 1 and 2, the first Qwen. Forward passes are those of a plain chain, so
that table.py reads their flow as it reads everyone's.
"""

import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.weight


def named(cls: type, name: str) -> type:
    """A class under the name that people see."""
    return type(name, (cls,), {})


class Holder(nn.Module):
    """A module with named children and a forward pass that chains groups of them."""

    def __init__(self, children: dict, order=()):
        super().__init__()
        for name, child in children.items():
            self.add_module(name, child)
        self.order = order

    def forward(self, x):
        for group in self.order:
            members = [self.get_submodule(name) for name in group]
            x = together([member(x) for member in members], x)
        return x


def together(outputs, x):
    width = x.shape[-1]
    total = sum(o.mean(-1, keepdim=True) for o in outputs) if len(outputs) > 1 or outputs[0].shape[-1] != width else outputs[0]
    return total.expand(*total.shape[:-1], width) if total.shape[-1] == 1 else total


class Sized(nn.Linear):
    """A projection that takes what it is given, wide or narrow."""

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            x = x.mean(-1, keepdim=True).expand(*x.shape[:-1], self.in_features)
        return super().forward(x)


Linear = named(Sized, "Linear")


class Layer(Holder):
    """norm, attention, residual, norm, MLP, residual."""

    def __init__(self, children, first, attention, second, mlp):
        super().__init__(children)
        self.parts = (first, attention, second, mlp)

    def forward(self, hidden_states):
        first, attention, second, mlp = (self.get_submodule(p) for p in self.parts)
        hidden_states = hidden_states + attention(first(hidden_states))
        return hidden_states + mlp(second(hidden_states))


class Remote(PreTrainedModel):
    """Embedding, layers, norm, head by their paths."""

    config_class = PretrainedConfig
    supports_gradient_checkpointing = True
    embedding_path = layers_path = norm_path = head_path = ""
    _tied_weights_keys = None
    all_tied_weights_keys: dict = {}

    def get_input_embeddings(self):
        return self.get_submodule(self.embedding_path)

    def get_output_embeddings(self):
        return self.get_submodule(self.head_path)

    def _init_weights(self, module):
        pass

    def forward(self, input_ids, labels=None, attention_mask=None):
        x = self.get_submodule(self.embedding_path)(input_ids)
        for layer in self.get_submodule(self.layers_path):
            if getattr(self, "flow_checkpoint", False):
                x = torch.utils.checkpoint.checkpoint(layer, x)
            else:
                x = layer(x)
        logits = self.get_submodule(self.head_path)(self.get_submodule(self.norm_path)(x))
        return CausalLMOutput(loss=logits.mean(), logits=logits)

    def gradient_checkpointing_enable(self, *args, **kwargs):
        self.flow_checkpoint = True


def stack(make, count):
    return nn.ModuleList([make() for _ in range(count)])


def chatglm(c):
    v1 = c.variant == "v1"
    width = c.hidden_size
    norm = nn.LayerNorm if v1 else named(Norm, "RMSNorm")
    kv = 0 if v1 else 2 * c.multi_query_group_num * width // c.num_attention_heads
    fused = 3 * width if v1 else width + kv
    inner = c.ffn_hidden_size
    attention, mlp = ("attention" if v1 else "self_attention"), "mlp"

    def layer():
        return named(Layer, "GLMBlock")(
            {"input_layernorm": norm(width),
             attention: named(Holder, "SelfAttention")({"query_key_value": Linear(width, fused, bias=True), "dense": Linear(width, width, bias=v1)},
                                                       [["query_key_value"], ["dense"]]),
             "post_attention_layernorm": norm(width),
             mlp: named(Holder, "GLU" if v1 else "MLP")(
                 {"dense_h_to_4h": Linear(width, inner if v1 else 2 * inner, bias=v1), "dense_4h_to_h": Linear(inner, width, bias=v1)},
                 [["dense_h_to_4h"], ["dense_4h_to_h"]])},
            "input_layernorm", attention, "post_attention_layernorm", mlp)

    class ChatGLMForConditionalGeneration(Remote):
        embedding_path = "transformer.word_embeddings" if v1 else "transformer.embedding.word_embeddings"
        layers_path = "transformer.layers" if v1 else "transformer.encoder.layers"
        norm_path = "transformer.final_layernorm" if v1 else "transformer.encoder.final_layernorm"
        head_path = "lm_head" if v1 else "transformer.output_layer"

        def __init__(self, config):
            super().__init__(config)
            words, layers, last = nn.Embedding(c.vocab_size, width), stack(layer, c.num_layers), norm(width)
            head = Linear(width, c.vocab_size, bias=False)
            if v1:
                self.transformer = named(Holder, "ChatGLMModel")({"word_embeddings": words, "layers": layers, "final_layernorm": last})
                self.lm_head = head
            else:
                self.transformer = named(Holder, "ChatGLMModel")(
                    {"embedding": named(Holder, "Embedding")({"word_embeddings": words}), "rotary_pos_emb": named(nn.Module, "RotaryEmbedding")(),
                     "encoder": named(Holder, "GLMTransformer")({"layers": layers, "final_layernorm": last}), "output_layer": head})

    return ChatGLMForConditionalGeneration


def llamalike(c):
    """Baichuan, InternLM, InternLM 2 and the first Qwen."""
    kind, width, inner = c.remote, c.hidden_size, c.intermediate_size
    heads = {"baichuan": "BaichuanForCausalLM", "internlm": "InternLMForCausalLM", "internlm2": "InternLM2ForCausalLM", "qwen": "QWenLMHeadModel"}
    prefix = {"baichuan": "", "internlm": "InternLM", "internlm2": "InternLM2", "qwen": "QWen"}[kind]
    norm = named(Norm, f"{prefix}RMSNorm" if prefix not in ("", "QWen") else "RMSNorm")
    if kind == "baichuan":
        attention = {"W_pack": (width, 3 * width, False), "o_proj": (width, width, False)}, [["W_pack"], ["o_proj"]]
    elif kind == "internlm":
        attention = {n: (width, width, True) for n in ("q_proj", "k_proj", "v_proj", "o_proj")}, [["q_proj", "k_proj", "v_proj"], ["o_proj"]]
    elif kind == "internlm2":
        kv = c.num_key_value_heads * width // c.num_attention_heads
        attention = {"wqkv": (width, width + 2 * kv, False), "wo": (width, width, False)}, [["wqkv"], ["wo"]]
    else:
        attention = {"c_attn": (width, 3 * width, True), "c_proj": (width, width, False)}, [["c_attn"], ["c_proj"]]
    up, down = {"internlm2": (("w1", "w3"), "w2"), "qwen": (("w1", "w2"), "c_proj")}.get(kind, (("gate_proj", "up_proj"), "down_proj"))
    mlp = {u: (width, inner, False) for u in up} | {down: (inner, width, False)}, [list(up), [down]]
    names = {"internlm2": ("attention_norm", "attention", "ffn_norm", "feed_forward"), "qwen": ("ln_1", "attn", "ln_2", "mlp")}.get(
        kind, ("input_layernorm", "self_attn", "post_attention_layernorm", "mlp"))
    order = [names[1], names[3], names[0], names[2]] if kind != "qwen" else list(names)
    linears = lambda shapes: {n: Linear(i, o, bias=b) for n, (i, o, b) in shapes.items()}

    def layer():
        made = {names[0]: norm(width), names[1]: named(Holder, f"{prefix}Attention" if prefix else "Attention")(linears(attention[0]), attention[1]),
                names[2]: norm(width), names[3]: named(Holder, f"{prefix}MLP" if prefix else "MLP")(linears(mlp[0]), mlp[1])}
        return named(Layer, {"qwen": "QWenBlock", "baichuan": "DecoderLayer"}.get(kind, f"{prefix}DecoderLayer"))(
            {n: made[n] for n in order}, names[0], names[1], names[2], names[3])

    body, words, layers, last = {"internlm2": ("model", "tok_embeddings", "layers", "norm"), "qwen": ("transformer", "wte", "h", "ln_f")}.get(
        kind, ("model", "embed_tokens", "layers", "norm"))
    head = "output" if kind == "internlm2" else "lm_head"

    def init(self, config):
        super(cls, self).__init__(config)
        parts = {words: nn.Embedding(c.vocab_size, width), layers: stack(layer, c.num_hidden_layers), last: norm(width)}
        setattr(self, body, named(Holder, {"baichuan": "BaichuanModel", "qwen": "QWenModel"}.get(kind, f"{prefix}Model"))(parts))
        setattr(self, head, (named(Linear, "NormHead") if c.variant == "v2" else Linear)(width, c.vocab_size, bias=False))

    cls = type(heads[kind], (Remote,), {"embedding_path": f"{body}.{words}", "layers_path": f"{body}.{layers}", "norm_path": f"{body}.{last}",
                                        "head_path": head, "__init__": init})
    return cls


GLM = {"vocab_size": (211, 307, 401), "hidden_size": (48, 120, 280), "ffn_hidden_size": (100, 148, 172), "num_layers": (3, 4, 5),
       "num_attention_heads": (6, 10, 14)}
PLAIN = {"vocab_size": (211, 307, 401), "hidden_size": (48, 120, 280), "intermediate_size": (100, 148, 172), "num_hidden_layers": (3, 4, 5)}
GROUPED = {"num_attention_heads": (6, 10, 14), "num_key_value_heads": (2, 5, 7)}
# type → variant → (knobs, class)
REMOTE = {
    "chatglm": {"": (GLM | {"multi_query_group_num": (2, 5, 7)}, chatglm), "v1": (GLM, chatglm)},
    "baichuan": {"": (PLAIN, llamalike), "v2": (PLAIN, llamalike)},
    "internlm": {"": (PLAIN, llamalike)},
    "internlm2": {"": (PLAIN | GROUPED, llamalike)},
    "qwen": {"": (PLAIN, llamalike)},
}


def remote_config(model_type: str, variant: str, knobs: dict, probe: int) -> PretrainedConfig:
    config = PretrainedConfig(pad_token_id=0, tie_word_embeddings=False)
    config.model_type, config.remote, config.variant = model_type, model_type, variant
    for name, values in knobs.items():
        setattr(config, name, values[probe])
    return config
