// A decoder with its cache as one ONNX graph, under the names that exporters and transformers.js share: ids, mask, positions and past in,
// logits and present out. The families' own layers write it, as they write what is trained. How weights stand is the caller's; no bytes here.
import { invariant } from '../../../ground/errors.ts';
import type { OnnxModel, OnnxPlace } from '../../../ground/formats/onnxWriter.ts';
import { recordDecoder } from '../../../models/decoder.ts';
import { buildModel, decoderOf } from '../../../models/families.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import { Tape } from '../../../torch/autograd/tape.ts';
import { Recording } from '../../../torch/recording.ts';
import { layoutAdapters } from '../../../torch/trainedLayout.ts';
import type { GraphWeights } from './graphOperations.ts';
import { GraphOperations } from './graphOperations.ts';

const floats = { dtype: 'float32', quantType: null, doubleQuant: false } as const;

/** The model without adapters, for its modules: it is never run. */
function bareModel(config: ModelConfig): Recording {
  const root = buildModel(config, floats);
  const { embedding, head } = decoderOf(config).paths;
  const model = {
    root,
    causalPath: '',
    tables: { embedding, head },
    checkpointing: null,
    inputGradHooks: 0,
    weightFormat: () => 'none' as const,
  };
  return new Recording(new Tape(), model, layoutAdapters(model));
}

/** Names of what goes into the cache of a layer and comes out of it. */
export const cacheNames = (layer: number) =>
  (['key', 'value'] as const).map((part) => ({
    past: `past_key_values.${layer}.${part}`,
    present: `present.${layer}.${part}`,
  }));

function placesOf({
  layers,
  kvHeads,
  headDim,
  vocabSize,
}: ModelConfig): Pick<OnnxModel, 'inputs' | 'outputs'> {
  const words = (name: string, tokens: string): OnnxPlace => ({
    name,
    type: 'int64',
    dims: ['batch_size', tokens],
  });
  const cache = (name: string, tokens: string): OnnxPlace => ({
    name,
    type: 'float',
    dims: ['batch_size', kvHeads, tokens, headDim],
  });
  const caches = Array.from({ length: layers }, (_, layer) => cacheNames(layer)).flat();
  return {
    inputs: [
      words('input_ids', 'sequence_length'),
      words('attention_mask', 'total_sequence_length'),
      words('position_ids', 'sequence_length'),
      ...caches.map(({ past }) => cache(past, 'past_sequence_length')),
    ],
    outputs: [
      { name: 'logits', type: 'float', dims: ['batch_size', 'sequence_length', vocabSize] },
      ...caches.map(({ present }) => cache(present, 'total_sequence_length')),
    ],
  };
}

/** Operators from ids to logits; `weights` says how each matrix, table and vector stands in `graph`. */
export function decoderGraph(config: ModelConfig, graph: Graph, weights: GraphWeights): OnnxModel {
  const recording = bareModel(config);
  const decoder = decoderOf(config);
  const operations = new GraphOperations(recording, config, graph, weights);
  const { final } = recordDecoder(recording, operations, decoder);
  const logits: Tensor = weights.product(decoder.paths.head, final.name);
  graph.named('logits', graph.reshape(logits, operations.sizes([config.vocabSize])));
  const { inputs, outputs } = placesOf(config);
  invariant(outputs.length === 1 + 2 * config.layers, 'export: a cache a layer');
  return {
    operations: graph.operations,
    constants: graph.constants,
    inputs: [...inputs, ...weights.inputs],
    outputs,
  };
}
