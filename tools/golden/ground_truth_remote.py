"""A small decoder with the module names of architectures whose code is on the hub: baichuan, chatglm, internlm2.

Copied beside the checkpoint as its remote code; "remote-kind" is replaced by the architecture.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

try:
    from transformers import GenerationMixin
except ImportError:
    from transformers.generation import GenerationMixin

KIND = "remote-kind"
# root, layers, embedding, attention, (query, key and value in one), out, MLP, (in, out), head
NAMES = {
    "baichuan": ("model", "layers", "embed_tokens", "self_attn", "W_pack", "o_proj", "mlp", ("gate_proj", "up_proj", "down_proj"), "lm_head"),
    "chatglm": ("transformer", "layers", "word_embeddings", "self_attention", "query_key_value", "dense", "mlp", ("dense_h_to_4h", "dense_4h_to_h"), "lm_head"),
    "internlm2": ("model", "layers", "tok_embeddings", "attention", "wqkv", "wo", "feed_forward", ("w1", "w3", "w2"), "output"),
}
ROOT, LAYERS, EMBED, ATTENTION, QKV, OUT, MLP, PARTS, HEAD = NAMES.get(KIND, NAMES["baichuan"])


class RemoteConfig(PretrainedConfig):
    model_type = KIND

    def __init__(self, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, vocab_size=320, **kwargs):
        self.hidden_size, self.intermediate_size, self.num_hidden_layers = hidden_size, intermediate_size, num_hidden_layers
        self.num_attention_heads, self.vocab_size = num_attention_heads, vocab_size
        super().__init__(**{"tie_word_embeddings": False, **kwargs})


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.num_attention_heads
        setattr(self, QKV, nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=KIND == "chatglm"))
        setattr(self, OUT, nn.Linear(config.hidden_size, config.hidden_size, bias=False))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (p.reshape(b, t, self.heads, -1).transpose(1, 2) for p in getattr(self, QKV)(x).chunk(3, -1))
        scores = (q @ k.transpose(-1, -2)) / q.shape[-1] ** 0.5
        mask = torch.ones(t, t, dtype=torch.bool, device=x.device).triu(1)
        return getattr(self, OUT)((scores.masked_fill(mask, -1e4).softmax(-1).to(v.dtype) @ v).transpose(1, 2).reshape(b, t, c))


class MLPBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        for name in PARTS[:-1]:
            setattr(self, name, nn.Linear(config.hidden_size, config.intermediate_size, bias=False))
        setattr(self, PARTS[-1], nn.Linear(config.intermediate_size, config.hidden_size, bias=False))

    def forward(self, x):
        h = F.silu(getattr(self, PARTS[0])(x))
        if len(PARTS) == 3:
            h = h * getattr(self, PARTS[1])(x)
        return getattr(self, PARTS[-1])(h)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = nn.LayerNorm(config.hidden_size), nn.LayerNorm(config.hidden_size)
        setattr(self, ATTENTION, Attention(config))
        setattr(self, MLP, MLPBlock(config))

    def forward(self, x):
        x = x + getattr(self, ATTENTION)(self.input_layernorm(x))
        return x + getattr(self, MLP)(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, config):
        super().__init__()
        setattr(self, EMBED, nn.Embedding(config.vocab_size, config.hidden_size))
        setattr(self, LAYERS, nn.ModuleList([Layer(config) for _ in range(config.num_hidden_layers)]))
        self.norm = nn.LayerNorm(config.hidden_size)
        self.gradient_checkpointing = False


class RemoteForCausalLM(PreTrainedModel, GenerationMixin):
    config_class = RemoteConfig
    base_model_prefix = ROOT
    supports_gradient_checkpointing = True
    _no_split_modules = ["Layer"]

    def __init__(self, config):
        super().__init__(config)
        setattr(self, ROOT, Body(config))
        setattr(self, HEAD, nn.Linear(config.hidden_size, config.vocab_size, bias=False))
        self.post_init()

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(std=0.05)

    def _set_gradient_checkpointing(self, module=None, value=False, enable=None, gradient_checkpointing_func=None):
        body = getattr(self, ROOT)
        body.gradient_checkpointing = bool(value if enable is None else enable)
        body.run = gradient_checkpointing_func or checkpoint

    def get_input_embeddings(self):
        return getattr(getattr(self, ROOT), EMBED)

    def set_input_embeddings(self, value):
        setattr(getattr(self, ROOT), EMBED, value)

    def get_output_embeddings(self):
        return getattr(self, HEAD)

    def set_output_embeddings(self, value):
        setattr(self, HEAD, value)

    def prepare_inputs_for_generation(self, input_ids, **kwargs):
        return {"input_ids": input_ids}

    def forward(self, input_ids=None, attention_mask=None, labels=None, **kwargs):
        body = getattr(self, ROOT)
        x = getattr(body, EMBED)(input_ids)
        for layer in getattr(body, LAYERS):
            x = body.run(layer, x) if body.gradient_checkpointing and self.training else layer(x)
        logits = getattr(self, HEAD)(body.norm(x)).float()
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100)
        return CausalLMOutput(loss=loss, logits=logits)
