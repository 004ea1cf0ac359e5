// Mistral: a llama whose layers may see a window of the tokens before. Source: transformers 4.57 models/mistral/modeling_mistral.py.
// Its GGUF files say `llama`, so that they open as one.

import { readSizes } from '../../configReader.ts';
import type { Family } from '../../family.ts';
import { ropeJson } from '../../ropeJson.ts';
import { readRotation } from '../../rotation.ts';
import { readWindow } from '../../window.ts';
import { llama, llamaDecoder, llamaTree } from '../llama/llama.ts';

export const mistral: Family = {
  ...llama,
  type: 'mistral',
  models: 'Mistral 7B',
  defaultTargets: {
    LORA: { since: '0.7', names: ['q_proj', 'v_proj'] },
    IA3: { since: '0.10', names: ['k_proj', 'v_proj', 'down_proj'] },
    VERA: { since: '0.13', names: ['q_proj', 'v_proj'] },
    LN_TUNING: { since: '0.11', names: ['input_layernorm', 'post_attention_layernorm', 'norm'] },
  },
  config: (read) => {
    const sizes = readSizes(read);
    const { headDim, maxPositions } = sizes;
    return {
      family: 'mistral',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, maxPositions })],
      layerKinds: [{ rotation: 0, window: readWindow(read) }],
      own: {},
    };
  },
  configJson: (config) => ({
    ...ropeJson(config),
    hidden_act: 'silu',
    sliding_window: config.layerKinds[0]?.window ?? null,
  }),
  tree: (config, load) => llamaTree('Mistral', config, load),
  decoder: llamaDecoder,
};
