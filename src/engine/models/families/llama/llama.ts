// Llama, SmolLM2 and all that llama.cpp calls llama. Source: transformers 4.57 models/llama/modeling_llama.py.

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
  llamaGroups,
  llamaNames,
  modelPaths,
  pairedQueriesAndKeys,
  selfAttention,
} from '../llamaLike.ts';

/** The tree of a llama under other class names. */
export const llamaTree = (prefix: string, config: ModelConfig, load: LoadOptions) => {
  const norm = () => rmsNorm(`${prefix}RMSNorm`, { width: config.hiddenSize, eps: config.normEps }, load);
  return causalLm(config, load, {
    prefix,
    layer: () => ({
      self_attn: attentionModule(prefix, config, load),
      mlp: gatedMlpModule(prefix, config, load),
      input_layernorm: norm(),
      post_attention_layernorm: norm(),
    }),
    norm: norm(),
  });
};

/** x + attention(norm(x)), then x + mlp(norm(x)). */
export const llamaDecoder = (config: ModelConfig): FamilyDecoder => ({
  layer: (run, place, hidden) => {
    const { path, index } = place;
    const normed = run.norm(`${path}.input_layernorm`, hidden);
    const attended = selfAttention(run, { config, place, kind: kindOfLayer(config, index) }, normed);
    const middle = run.sum(hidden, attended);
    const normedAgain = run.norm(`${path}.post_attention_layernorm`, middle);
    return run.sum(middle, gatedMlp(run, place, normedAgain));
  },
});

export const llama: Family = {
  type: 'llama',
  models: 'Llama, SmolLM2, TinyLlama',
  paths: modelPaths,
  groups: llamaGroups,
  defaultTargets: {
    LORA: { since: '0', names: ['q_proj', 'v_proj'] },
    ADALORA: { since: '0', names: ['q_proj', 'v_proj'] },
    IA3: { since: '0', names: ['k_proj', 'v_proj', 'down_proj'] },
    VERA: { since: '0.11', names: ['q_proj', 'v_proj'] },
    LN_TUNING: { since: '0.11', names: ['input_layernorm', 'post_attention_layernorm', 'norm'] },
  },
  gguf: {
    architecture: 'llama',
    fields: [],
    inLayer: llamaNames,
    pairedHeads: pairedQueriesAndKeys,
  },
  config: (read) => {
    const sizes = readSizes(read);
    for (const bias of ['attention_bias', 'mlp_bias']) if (read.flag(bias, false)) read.refuse(bias, true);
    const { headDim, maxPositions } = sizes;
    return {
      family: 'llama',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, maxPositions })],
      layerKinds: [{ rotation: 0, window: null }],
      own: {},
    };
  },
  configJson: (config) => ({
    ...ropeJson(config),
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
  }),
  tree: (config, load) => llamaTree('Llama', config, load),
  decoder: llamaDecoder,
};
