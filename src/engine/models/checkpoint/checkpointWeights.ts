// Weights of a checkpoint under their PyTorch names, as their files hold them, read one at a time: in a float type, or quantised.
import { shortened } from '../../ground/quote.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { unfitTensor } from '../modelErrors.ts';
import { modelTensors } from '../weightPlaces.ts';
import type { StoredFormat, WeightSource } from '../weightSource.ts';
import { bitsandbytesWeight } from './bitsandbytes.ts';
import { extraTensors, tensorType } from './checkpointErrors.ts';
import type { PlacedWeight } from './placedWeight.ts';
import { bytesOf, countOf } from './placedWeight.ts';
import type { Quantisation } from './quantisation.ts';
import type { ShardTable } from './shards.ts';
import { wholeZerosWeight } from './wholeZeros.ts';

const floatFormats: ReadonlyMap<string, Extract<StoredFormat, 'none' | 'f16' | 'bf16'>> = new Map([
  ['F32', 'none'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
]);

/** What releases of transformers left in files and no longer read: a table that follows from config.json. */
const leftOver = /\.rotary_emb\.inv_freq$/;

function floatWeight(table: ShardTable, name: string, wanted: readonly number[]): PlacedWeight {
  const tensor = table.tensors.get(name);
  const [first] = table.files;
  const file = tensor?.source.name ?? (table.files.length === 1 ? (first?.name ?? null) : null);
  if (!tensor || tensor.shape.join('×') !== wanted.join('×'))
    throw unfitTensor({ file, name, wanted, got: tensor?.shape ?? null });
  const format = floatFormats.get(tensor.dtype);
  if (format === undefined) throw tensorType({ file: tensor.source.name, name, dtype: tensor.dtype });
  return {
    format,
    parts: [tensor],
    read: async () => ({ format, bytes: await bytesOf(tensor), count: countOf(wanted) }),
  };
}

function placed(
  table: ShardTable,
  name: string,
  shape: readonly number[],
  quantisation: Quantisation | null,
): PlacedWeight {
  const quantised =
    quantisation === null
      ? null
      : quantisation.method === 'bitsandbytes'
        ? bitsandbytesWeight(table, name, shape)
        : wholeZerosWeight(table, name, shape, quantisation);
  return quantised ?? floatWeight(table, name, shape);
}

/** A part that nobody would compute is no part to leave out in silence. */
function assertNothingElse({ tensors }: ShardTable, weights: Iterable<PlacedWeight>, tied: boolean): void {
  const used = new Set([...weights].flatMap(({ parts }) => parts.map(({ name }) => name)));
  const extra = [...tensors.values()].filter(
    ({ name }) => !used.has(name) && !leftOver.test(name) && !(tied && name === 'lm_head.weight'),
  );
  const [one] = extra;
  if (one) throw extraTensors({ file: one.source.name, name: shortened(one.name), count: extra.length });
}

/** Every tensor of the model is checked before any weight is read. `onBytes` counts what has been read of them. */
export function checkpointWeights(
  table: ShardTable,
  config: ModelConfig,
  quantisation: Quantisation | null,
): (onBytes: (file: string, done: number, total: number) => void) => WeightSource {
  const weights = new Map<string, PlacedWeight>();
  for (const [name, shape] of modelTensors(config))
    weights.set(name, placed(table, name, shape, quantisation));
  assertNothingElse(table, weights.values(), config.tied);
  const bytesIn = ({ parts }: PlacedWeight): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const total = [...weights.values()].reduce((sum, weight) => sum + bytesIn(weight), 0);
  return (onBytes) => {
    let done = 0;
    return {
      formatOf: (name) => weights.get(name)?.format ?? null,
      read: async (name, shape) => {
        const weight = weights.get(name) ?? floatWeight(table, name, shape);
        const stored = await weight.read();
        done += bytesIn(weight);
        onBytes(weight.parts[0]?.source.name ?? '', done, total);
        return stored;
      },
    };
  };
}
