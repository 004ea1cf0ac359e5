// Tensors of a checkpoint under their PyTorch names, in the type of their file, read one at a time.
import { shortened } from '../../ground/quote.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { unfitTensor } from '../modelErrors.ts';
import { modelTensors } from '../weightPlaces.ts';
import type { StoredFormat, WeightSource } from '../weightSource.ts';
import { extraTensors, tensorType } from './checkpointErrors.ts';
import type { ShardTable, ShardTensor } from './shards.ts';

const formats: ReadonlyMap<string, StoredFormat> = new Map([
  ['F32', 'none'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
]);

/** What releases of transformers left in files and no longer read: tables that follow from config.json. */
const leftOver = /\.rotary_emb\.inv_freq$/;

function find(table: ShardTable, name: string, wanted: readonly number[]): ShardTensor {
  const tensor = table.tensors.get(name);
  const [first] = table.files;
  const file = tensor?.source.name ?? (table.files.length === 1 ? (first?.name ?? null) : null);
  if (!tensor || tensor.shape.join('×') !== wanted.join('×'))
    throw unfitTensor({ file, name, wanted, got: tensor?.shape ?? null });
  if (!formats.has(tensor.dtype)) throw tensorType({ file: tensor.source.name, name, dtype: tensor.dtype });
  return tensor;
}

/** A part that nobody would compute is no part to leave out in silence. */
function assertNothingElse(
  { tensors }: ShardTable,
  wanted: ReadonlyMap<string, unknown>,
  tied: boolean,
): void {
  const extra = [...tensors.values()].filter(
    ({ name }) => !wanted.has(name) && !leftOver.test(name) && !(tied && name === 'lm_head.weight'),
  );
  const [one] = extra;
  if (one) throw extraTensors({ file: one.source.name, name: shortened(one.name), count: extra.length });
}

/** Every tensor of the model is checked before any is read. `onBytes` counts what has been read of the tensors. */
export function checkpointWeights(
  table: ShardTable,
  config: ModelConfig,
): (onBytes: (file: string, done: number, total: number) => void) => WeightSource {
  const wanted = modelTensors(config);
  let total = 0;
  for (const [name, shape] of wanted) total += find(table, name, shape).bytes;
  assertNothingElse(table, wanted, config.tied);
  return (onBytes) => {
    let done = 0;
    return {
      formatOf: (name) => formats.get(table.tensors.get(name)?.dtype ?? '') ?? null,
      read: async (name, shape) => {
        const { source, offset, bytes, dtype } = find(table, name, shape);
        const read = await source.read(offset, bytes);
        done += bytes;
        onBytes(source.name, done, total);
        const count = shape.reduce((product, size) => product * size, 1);
        return { format: formats.get(dtype) ?? 'none', bytes: read, count };
      },
    };
  };
}
