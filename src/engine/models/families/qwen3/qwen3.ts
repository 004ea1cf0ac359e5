// Qwen 3: a llama with norms on each head of q and k. Source: transformers 4.57 models/qwen3/modeling_qwen3.py.

import { readSizes } from '../../configReader.ts';
import type { FamilyDecoder } from '../../decoder.ts';
import type { Family, LoadOptions } from '../../family.ts';
import type { ModelConfig } from '../../modelConfig.ts';
import { kindOfLayer } from '../../modelConfig.ts';
import { causalLm, rmsNorm } from '../../parts.ts';
import { ropeJson } from '../../ropeJson.ts';
import { readRotation } from '../../rotation.ts';
import {
  attentionModule,
  gatedMlp,
  gatedMlpModule,
  headNorms,
  llamaGroups,
  llamaNames,
  modelPaths,
  selfAttention,
} from '../llamaLike.ts';

function tree(config: ModelConfig, load: LoadOptions) {
  const eps = config.normEps;
  const norm = () => rmsNorm('Qwen3RMSNorm', { width: config.hiddenSize, eps }, load);
  const ofHeads = () => rmsNorm('Qwen3RMSNorm', { width: config.headDim, eps }, load);
  return causalLm(config, load, {
    prefix: 'Qwen3',
    layer: () => ({
      self_attn: attentionModule('Qwen3', config, load, {
        more: { q_norm: ofHeads(), k_norm: ofHeads() },
      }),
      mlp: gatedMlpModule('Qwen3', config, load),
      input_layernorm: norm(),
      post_attention_layernorm: norm(),
    }),
    norm: norm(),
  });
}

const decoder = (config: ModelConfig): FamilyDecoder => ({
  layer: (run, place, hidden) => {
    const kind = kindOfLayer(config, place.index);
    const normed = run.norm(`${place.path}.input_layernorm`, hidden);
    const attended = selfAttention(run, { config, place, kind }, normed, { norms: headNorms(place) });
    const middle = run.sum(hidden, attended);
    return run.sum(middle, gatedMlp(run, place, run.norm(`${place.path}.post_attention_layernorm`, middle)));
  },
});

export const qwen3: Family = {
  type: 'qwen3',
  models: 'Qwen 3',
  paths: modelPaths,
  groups: llamaGroups,
  defaultTargets: {
    LORA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    ADALORA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    IA3: { since: '0.16', names: ['q_proj', 'v_proj', 'down_proj'] },
    VERA: { since: '0.16', names: ['q_proj', 'v_proj'] },
    LN_TUNING: { since: '0.16', names: ['post_attention_layernorm'] },
  },
  gguf: {
    architecture: 'qwen3',
    fields: [],
    inLayer: { ...llamaNames, 'self_attn.q_norm': 'attn_q_norm', 'self_attn.k_norm': 'attn_k_norm' },
    pairedHeads: () => null,
  },
  config: (read) => {
    const sizes = readSizes(read);
    const { headDim, maxPositions } = sizes;
    if (read.flag('attention_bias', false)) read.refuse('attention_bias', true);
    if (read.flag('use_sliding_window', false)) read.refuse('use_sliding_window', true);
    return {
      family: 'qwen3',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, maxPositions })],
      layerKinds: [{ rotation: 0, window: null }],
      own: {},
    };
  },
  configJson: (config) => ({ ...ropeJson(config), hidden_act: 'silu', attention_bias: false }),
  tree,
  decoder,
};
