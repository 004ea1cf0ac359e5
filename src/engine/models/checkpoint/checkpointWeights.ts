// Weights of a checkpoint under their PyTorch names, as their files hold them, read one at a time: in a float type, or quantised.
import { shortened } from '../../ground/quote.ts';
import { decoderOf, familyOf } from '../families.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { unfitTensor } from '../modelErrors.ts';
import { modelTensors, turnedTensors } from '../weightPlaces.ts';
import type { StoredFormat, WeightSource } from '../weightSource.ts';
import { bitsandbytesWeight } from './bitsandbytes.ts';
import { extraTensors, tensorType } from './checkpointErrors.ts';
import type { OnnxTable } from './onnxTable.ts';
import { onnxWeight } from './onnxWeight.ts';
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

/** [columns, rows] of elements of so many bytes → [rows, columns]. */
function turned(
  bytes: Uint8Array<ArrayBuffer>,
  [rows, columns]: readonly [number, number],
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const size = bytes.length / (rows * columns);
  const [from, to] = size === 4 ? [wordsOf(bytes), wordsOf(out)] : [halvesOf(bytes), halvesOf(out)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      to[row * columns + column] = from[column * rows + row] ?? 0;
  return out;
}

const wordsOf = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) =>
  new Uint32Array(buffer, byteOffset, length / 4);
const halvesOf = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) =>
  new Uint16Array(buffer, byteOffset, length / 2);

/** A weight whose file keeps it as [in, out]. */
function turnedWeight(
  table: ShardTable,
  name: string,
  [out = 0, width = 0]: readonly number[],
): PlacedWeight {
  const weight = floatWeight(table, name, [width, out]);
  return {
    ...weight,
    read: async () => {
      const stored = await weight.read();
      return 'bytes' in stored ? { ...stored, bytes: turned(stored.bytes, [out, width]) } : stored;
    },
  };
}

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
  { quantisation, isTurned }: { readonly quantisation: Quantisation | null; readonly isTurned: boolean },
): PlacedWeight {
  const quantised =
    quantisation === null
      ? null
      : quantisation.method === 'bitsandbytes'
        ? bitsandbytesWeight(table, name, shape)
        : wholeZerosWeight(table, name, shape, quantisation);
  if (quantised) return quantised;
  return isTurned ? turnedWeight(table, name, shape) : floatWeight(table, name, shape);
}

/** Files of the model without its head name everything from there on: as from_pretrained does, the names get what is before. */
function named(table: ShardTable, config: ModelConfig): ShardTable {
  const { layers, head } = decoderOf(config).paths;
  const prefix = layers.slice(0, layers.indexOf('.') + 1);
  const names = [...table.tensors.keys()];
  if (names.some((name) => name.startsWith(prefix))) return table;
  const tensors = [...table.tensors].map(
    ([name, tensor]) => [name.startsWith(`${head}.`) ? name : prefix + name, tensor] as const,
  );
  return { ...table, tensors: new Map(tensors) };
}

/** A part that nobody would compute is no part to leave out in silence. */
function assertNothingElse(
  { tensors }: ShardTable,
  weights: Iterable<PlacedWeight>,
  config: ModelConfig,
): void {
  const { head } = decoderOf(config).paths;
  const own = familyOf(config).leftOver;
  const used = new Set([...weights].flatMap(({ parts }) => parts.map(({ name }) => name)));
  const extra = [...tensors.values()].filter(
    ({ name }) =>
      !used.has(name) &&
      !leftOver.test(name) &&
      !own?.test(name) &&
      !(config.tied && name === `${head}.weight`),
  );
  const [one] = extra;
  if (one) throw extraTensors({ file: one.source.name, name: shortened(one.name), count: extra.length });
}

/** A weight that an ONNX export holds in blocks; null: it holds it otherwise. */
function quantisedIn({ quantised }: OnnxTable, name: string, wanted: readonly number[]): PlacedWeight | null {
  const own = quantised.get(name);
  if (!own) return null;
  const got = [own.rows, own.columns];
  if (got.join('×') !== wanted.join('×'))
    throw unfitTensor({ file: own.data.source.name, name, wanted, got });
  return onnxWeight(own);
}

/** Every tensor of the model is checked before any weight is read. `onBytes` counts what has been read of them. */
export function checkpointWeights(
  files: ShardTable | OnnxTable,
  config: ModelConfig,
  quantisation: Quantisation | null,
): (onBytes: (file: string, done: number, total: number) => void) => WeightSource {
  const table = named(files, config);
  const turnedNames = 'turned' in files ? files.turned : turnedTensors(config);
  const weights = new Map<string, PlacedWeight>();
  for (const [name, shape] of modelTensors(config))
    weights.set(
      name,
      ('quantised' in files ? quantisedIn(files, name, shape) : null) ??
        placed(table, name, shape, { quantisation, isTurned: turnedNames.has(name) }),
    );
  assertNothingElse(table, weights.values(), config);
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
