// Granite 3: a llama with four numbers that multiply: embeddings, attention's products, what branches add, and logits.
// Source: transformers 4.57 models/granite/modeling_granite.py.

import type { Value } from '../../../torch/autograd/value.ts';
import { readSizes } from '../../configReader.ts';
import type { FamilyDecoder, Operations } from '../../decoder.ts';
import type { Family } from '../../family.ts';
import type { ModelConfig } from '../../modelConfig.ts';
import { kindOfLayer } from '../../modelConfig.ts';
import { readRotation } from '../../rotation.ts';
import { llama, llamaTree } from '../llama/llama.ts';
import { gatedMlp, llamaNames, pairedQueriesAndKeys, selfAttention } from '../llamaLike.ts';

/** Names in config.json, and in GGUF files behind the architecture. */
const fields = [
  { field: 'embedding_multiplier', key: 'embedding_scale', type: 'f32' },
  { field: 'attention_multiplier', key: 'attention.scale', type: 'f32' },
  { field: 'residual_multiplier', key: 'residual_scale', type: 'f32' },
  { field: 'logits_scaling', key: 'logit_scale', type: 'f32' },
] as const;

function decoder(config: ModelConfig): FamilyDecoder {
  const { embedding_multiplier: embedded = 1, logits_scaling: logits = 1 } = config.own;
  const { attention_multiplier: scale = 1, residual_multiplier: residual = 1 } = config.own;
  const added = <P>(run: Operations<P>, path: string, x: Value, branch: P): Value =>
    run.plus(path, x, run.scaled(`${path}.scaled`, run.whole(branch), residual));
  return {
    embeddingScale: { factor: embedded, inside: false },
    finalScale: 1 / logits,
    layer: (run, place, hidden) => {
      const { path, index } = place;
      const normed = run.norm(`${path}.input_layernorm`, hidden);
      const layer = { config, place, kind: kindOfLayer(config, index) };
      const middle = added(run, `${path}.attended`, hidden, selfAttention(run, layer, normed, { scale }));
      const normedAgain = run.norm(`${path}.post_attention_layernorm`, middle);
      return added(run, `${path}.fed`, middle, gatedMlp(run, place, normedAgain));
    },
  };
}

export const granite: Family = {
  ...llama,
  type: 'granite',
  models: 'Granite 3',
  defaultTargets: {},
  gguf: {
    architecture: 'granite',
    fields,
    inLayer: llamaNames,
    pairedHeads: pairedQueriesAndKeys,
  },
  config: (read) => {
    const sizes = readSizes(read);
    const { headDim, maxPositions } = sizes;
    for (const bias of ['attention_bias', 'mlp_bias']) if (read.flag(bias, false)) read.refuse(bias, true);
    return {
      family: 'granite',
      ...sizes,
      tied: read.flag('tie_word_embeddings', false),
      rotations: [readRotation(read, { theta: 10_000, headDim, maxPositions })],
      layerKinds: [{ rotation: 0, window: null }],
      own: Object.fromEntries(fields.map(({ field }) => [field, read.positive(field, 1)])),
    };
  },
  configJson: (config) => ({ ...llama.configJson(config), ...config.own }),
  tree: (config, load) => llamaTree('Granite', config, load),
  decoder,
};
