// Qwen 2 and 2.5: a llama with biases on q, k and v. Source: transformers 4.57 models/qwen2/modeling_qwen2.py.

import { readSizes } from '../../configReader.ts';
import type { Family, LoadOptions } from '../../family.ts';
import type { LayerKind, ModelConfig } from '../../modelConfig.ts';
import { causalLm, rmsNorm } from '../../parts.ts';
import { ropeJson } from '../../ropeJson.ts';
import { readRotation } from '../../rotation.ts';
import { readLayerTypes, readWindow } from '../../window.ts';
import { llamaDecoder } from '../llama/llama.ts';
import { attentionModule, gatedMlpModule, llamaGroups, llamaNames, modelPaths } from '../llamaLike.ts';

function tree(config: ModelConfig, load: LoadOptions) {
  const norm = () => rmsNorm('Qwen2RMSNorm', { width: config.hiddenSize, eps: config.normEps }, load);
  return causalLm(config, load, {
    prefix: 'Qwen2',
    layer: () => ({
      self_attn: attentionModule('Qwen2', config, load, { bias: true }),
      mlp: gatedMlpModule('Qwen2', config, load),
      input_layernorm: norm(),
      post_attention_layernorm: norm(),
    }),
    norm: norm(),
  });
}

export const qwen2: Family = {
  type: 'qwen2',
  models: 'Qwen 2, Qwen 2.5',
  paths: modelPaths,
  groups: llamaGroups,
  defaultTargets: {
    LORA: { since: '0.13', names: ['q_proj', 'v_proj'] },
    ADALORA: { since: '0.13', names: ['q_proj', 'v_proj'] },
    IA3: { since: '0.13', names: ['q_proj', 'v_proj', 'down_proj'] },
    VERA: { since: '0.13', names: ['q_proj', 'v_proj'] },
    LN_TUNING: { since: '0.13', names: ['post_attention_layernorm'] },
  },
  gguf: { architecture: 'qwen2', fields: [], inLayer: llamaNames, pairedHeads: () => null },
  config: (read) => {
    const sizes = readSizes(read);
    const { headDim, maxPositions, layers } = sizes;
    // sliding_window stands in nearly every file and counts only where use_sliding_window says so.
    const window = read.flag('use_sliding_window', false) ? readWindow(read) : null;
    const full = read.has('max_window_layers') ? read.size('max_window_layers', Number.MAX_SAFE_INTEGER) : 28;
    const types = window === null ? [] : readLayerTypes(read, { layers, windowed: (index) => index >= full });
    const kind = (windowed: boolean): LayerKind => ({ rotation: 0, window: windowed ? window : null });
    return {
      family: 'qwen2',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, maxPositions })],
      layerKinds: types.some((windowed) => windowed) ? types.map(kind) : [kind(false)],
      own: {},
    };
  },
  configJson: (config) => {
    const windows = config.layerKinds.map(({ window }) => window);
    const window = windows.find((one) => one !== null) ?? null;
    return {
      ...ropeJson(config),
      hidden_act: 'silu',
      use_sliding_window: window !== null,
      ...(window === null
        ? {}
        : {
            sliding_window: window,
            max_window_layers: windows.findIndex((one) => one !== null),
            layer_types: windows.map((one) => (one === null ? 'full_attention' : 'sliding_attention')),
          }),
    };
  },
  tree,
  decoder: llamaDecoder,
};
