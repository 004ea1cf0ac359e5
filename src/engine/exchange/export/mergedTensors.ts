// The base with the adapter laid on it, tensor by tensor, as its method merges; on the base as it was trained on (one quantised on load
// counts with its 4-bit values). Source: numerics reference 2.5.
import { dequantise4, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import type { TrainedTensor } from '../../adapters/method.ts';
import { decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { modelTensors, weightPlaces } from '../../models/weightPlaces.ts';
import type { WeightOptions, WeightSource } from '../../models/weightSource.ts';
import { floatsOf } from '../../models/weightSource.ts';
import type { ExportedAdapter } from './adapterTensors.ts';
import { methodOfTensors, trainedTensors } from './adapterTensors.ts';

export interface MergedTensor {
  /** PyTorch's name, `model.layers.0.mlp.up_proj.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** What was trained of a module, laid on its weight. */
function merge(
  stored: Float32Array<ArrayBuffer>,
  tensors: readonly TrainedTensor[],
): Float32Array<ArrayBuffer> {
  const copy = tensors.find(({ adapter }) => adapter === null);
  if (copy) return Float32Array.from(copy.values);
  return tensors.length > 0 ? methodOfTensors(tensors).merge(stored, tensors) : stored;
}

/** Of a module, what a trained tensor is laid on: a copy of a bias on the bias, all else on the weight. */
const trainedPart = (part: string): 'bias' | 'weight' => (part.endsWith('.bias') ? 'bias' : 'weight');

/** A bias is a part of the output that a method multiplies, but for one that divides by the weight's norms. Source: PEFT 0.21 tuners/ia3/layer.py. */
function scaledBias(
  name: string,
  values: Float32Array<ArrayBuffer>,
  trained: readonly TrainedTensor[],
): Float32Array<ArrayBuffer> {
  const scale = trained.find(
    ({ module, adapter }) =>
      `${module}.bias` === name && adapter?.outputScale?.overRowNorms === false && !adapter.lowRank,
  );
  return scale ? values.map((value, i) => value * (scale.values[i] ?? 1)) : values;
}

/** Whether head and embedding are one tensor after merging: not if either was trained. */
export function tiedMerged(
  { config }: Pick<ExportedAdapter, 'config'>,
  trained: readonly TrainedTensor[],
): boolean {
  const { embedding, head } = decoderOf(config).paths;
  return config.tied && !trained.some(({ module }) => module === embedding || module === head);
}

/** Paths of the projections of all layers. */
export const projectionsOf = (config: ModelConfig): ReadonlySet<string> =>
  new Set(
    weightPlaces(config).layers.flatMap(({ groups }) =>
      groups.flatMap(({ members }) => members.map(({ path }) => path)),
    ),
  );

/** Values of one tensor, merged. */
export type ReadMerged = (name: string, shape: readonly number[]) => Promise<Float32Array<ArrayBuffer>>;

/** `trained`: what is laid on the base; all of the adapter by itself. */
export function readMerged(
  adapter: ExportedAdapter,
  source: WeightSource,
  { quantType, doubleQuant }: WeightOptions,
  trained: readonly TrainedTensor[] = trainedTensors(adapter),
): ReadMerged {
  const { config } = adapter;
  const { paths } = decoderOf(config);
  const projections = projectionsOf(config);
  return async (name, shape) => {
    const from = name === `${paths.head}.weight` && config.tied ? `${paths.embedding}.weight` : name;
    const stored = floatsOf(await source.read(from, shape));
    const quantised = quantType !== null && projections.has(name.replace(/\.weight$/, ''));
    const values = quantised
      ? new Float32Array(dequantise4(quantise4(stored, quantType, doubleQuant), quantType, stored.length))
      : stored;
    const own = trained.filter(({ module, part }) => `${module}.${trainedPart(part)}` === name);
    return scaledBias(name, merge(values, own), trained);
  };
}

/** Every tensor of the model, merged, one at a time. A head that was tied to the embedding is one of its own if either was trained. */
export async function* mergedTensors(
  adapter: ExportedAdapter,
  source: WeightSource,
  options: WeightOptions,
): AsyncGenerator<MergedTensor> {
  const tied = tiedMerged(adapter, trainedTensors(adapter));
  const read = readMerged(adapter, source, options);
  for (const [name, shape] of modelTensors({ ...adapter.config, tied }))
    yield { name, shape, values: await read(name, shape) };
}
