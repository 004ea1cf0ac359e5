// SmolLM3: a llama, every fourth layer of which is told no positions. Source: transformers 4.57 models/smollm3/modeling_smollm3.py.

import { readSizes } from '../../configReader.ts';
import type { ConfigReader, Family } from '../../family.ts';
import type { LayerKind } from '../../modelConfig.ts';
import { mostOf } from '../../modelSizes.ts';
import { ropeJson } from '../../ropeJson.ts';
import { readRotation } from '../../rotation.ts';
import { llama, llamaDecoder, llamaTree } from '../llama/llama.ts';
import { llamaNames, pairedQueriesAndKeys } from '../llamaLike.ts';

const INTERVAL = 4;

/** `no_rope_layers` is 1 where a layer is told positions. */
function kindsOf(read: ConfigReader, layers: number): LayerKind[] {
  const told = read.list('no_rope_layers');
  const interval = read.size('no_rope_layer_interval', mostOf.layers, INTERVAL);
  return Array.from({ length: layers }, (_, i) => ({
    rotation: (told?.[i] ?? Number((i + 1) % interval !== 0)) === 0 ? null : 0,
    window: null,
  }));
}

export const smollm3: Family = {
  ...llama,
  type: 'smollm3',
  models: 'SmolLM3',
  defaultTargets: {},
  gguf: {
    architecture: 'smollm3',
    fields: [],
    inLayer: llamaNames,
    pairedHeads: pairedQueriesAndKeys,
  },
  config: (read) => {
    const sizes = readSizes(read);
    const { headDim, maxPositions, layers } = sizes;
    for (const other of ['attention_bias', 'mlp_bias', 'use_sliding_window'])
      if (read.flag(other, false)) read.refuse(other, true);
    return {
      family: 'smollm3',
      ...sizes,
      tied: read.flag('tie_word_embeddings', true),
      rotations: [readRotation(read, { theta: 2_000_000, headDim, maxPositions })],
      layerKinds: kindsOf(read, layers),
      own: {},
    };
  },
  configJson: (config) => ({
    ...ropeJson(config),
    hidden_act: 'silu',
    no_rope_layers: Array.from({ length: config.layers }, (_, i) =>
      Number(config.layerKinds[i % config.layerKinds.length]?.rotation !== null),
    ),
  }),
  tree: (config, load) => llamaTree('SmolLM3', config, load),
  decoder: llamaDecoder,
};
