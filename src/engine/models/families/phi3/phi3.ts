// Phi-3 and Phi-4 mini: q, k and v in one projection, gate and up in another; a part of each head may be turned.
// Source: transformers 4.57 models/phi3/modeling_phi3.py.

import type { Value } from '../../../torch/autograd/value.ts';
import { Module } from '../../../torch/nn/module.ts';
import { readSizes } from '../../configReader.ts';
import type { FamilyDecoder, LayerPlace, Operations, ProjectionGroup } from '../../decoder.ts';
import type { Family, LoadOptions } from '../../family.ts';
import type { ModelConfig } from '../../modelConfig.ts';
import { kindOfLayer } from '../../modelConfig.ts';
import { causalLm, container, linear, rmsNorm } from '../../parts.ts';
import { ropeJson } from '../../ropeJson.ts';
import { readRotation } from '../../rotation.ts';
import { readWindow } from '../../window.ts';
import { down, llamaNames, modelPaths, o, rotationOf } from '../llamaLike.ts';

const qkv: ProjectionGroup = ['self_attn.qkv', ['self_attn.qkv_proj']];
const gateUp: ProjectionGroup = ['mlp.gate_up', ['mlp.gate_up_proj']];

function tree(config: ModelConfig, load: LoadOptions) {
  const { hiddenSize: c, intermediateSize: f, heads, kvHeads, headDim: d } = config;
  const norm = () => rmsNorm('Phi3RMSNorm', { width: c, eps: config.normEps }, load);
  return causalLm(config, load, {
    prefix: 'Phi3',
    layer: () => ({
      self_attn: container('Phi3Attention', {
        o_proj: linear(heads * d, c, load),
        qkv_proj: linear(c, (heads + 2 * kvHeads) * d, load),
      }),
      mlp: container('Phi3MLP', {
        gate_up_proj: linear(c, 2 * f, load),
        down_proj: linear(f, c, load),
        activation_fn: new Module('SiLUActivation'),
      }),
      input_layernorm: norm(),
      post_attention_layernorm: norm(),
      resid_attn_dropout: new Module('Dropout'),
      resid_mlp_dropout: new Module('Dropout'),
    }),
    norm: norm(),
  });
}

function selfAttention<P>(run: Operations<P>, config: ModelConfig, { path, index }: LayerPlace, x: Value): P {
  const { heads, kvHeads, headDim } = config;
  const kind = kindOfLayer(config, index);
  const context = run.attention({
    path: `${path}.self_attn`,
    layer: index,
    qkv: run.linear(path, qkv, x),
    heads,
    kvHeads,
    headDim,
    rotation: rotationOf(config, kind),
    window: kind.window,
  });
  return run.output(`${path}.self_attn`, run.linear(path, o, context));
}

function mlp<P>(run: Operations<P>, { path }: LayerPlace, x: Value): P {
  const activated = run.gated(`${path}.mlp.activation_fn`, run.linear(path, gateUp, x), 'silu');
  return run.output(`${path}.mlp`, run.linear(path, down, activated));
}

const decoder = (config: ModelConfig): FamilyDecoder => ({
  layer: (run, place, hidden) => {
    const normed = run.norm(`${place.path}.input_layernorm`, hidden);
    const middle = run.sum(hidden, selfAttention(run, config, place, normed));
    const normedAgain = run.norm(`${place.path}.post_attention_layernorm`, middle);
    return run.sum(middle, mlp(run, place, normedAgain));
  },
});

export const phi3: Family = {
  type: 'phi3',
  models: 'Phi-3, Phi-4 mini',
  paths: modelPaths,
  groups: [qkv, o, gateUp, down],
  defaultTargets: {},
  gguf: {
    architecture: 'phi3',
    fields: [{ field: 'sliding_window', key: 'attention.sliding_window', type: 'u32' }],
    inLayer: { ...llamaNames, 'self_attn.qkv_proj': 'attn_qkv', 'mlp.gate_up_proj': 'ffn_up' },
    pairedHeads: () => null,
  },
  config: (read) => {
    const sizes = readSizes(read);
    for (const dropout of ['resid_pdrop', 'embd_pdrop']) {
      const rate = read.amount(dropout, 0);
      if (rate > 0) read.refuse(dropout, rate);
    }
    const { headDim, maxPositions } = sizes;
    const share = read.amount('partial_rotary_factor', 1);
    return {
      family: 'phi3',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, share, maxPositions })],
      layerKinds: [{ rotation: 0, window: readWindow(read) }],
      own: {},
    };
  },
  configJson: (config) => ({
    ...ropeJson(config),
    hidden_act: 'silu',
    sliding_window: config.layerKinds[0]?.window ?? null,
    partial_rotary_factor: (config.rotations[0]?.dims ?? config.headDim) / config.headDim,
    original_max_position_embeddings: config.maxPositions,
  }),
  tree,
  decoder,
};
