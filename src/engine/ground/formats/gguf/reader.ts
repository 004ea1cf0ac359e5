// Reads the header of a GGUF file (version 2 and 3): metadata and where each tensor lies. Tensors are read later, one range
// each. Source: ggml docs/gguf.md; numerics reference 1.3. Memory stays bounded: header at most 64 MiB, counts checked first.
import type { ByteSource } from '../byteSource.ts';
import { Cursor, NeedMore } from './cursor.ts';
import type { Gguf, GgufTensor, MetadataValue } from './types.ts';
import { tensorTypes } from './types.ts';

const MAGIC = 0x46554747;
const FIRST_READ_BYTES = 2 ** 22;
const MAX_HEADER_BYTES = 2 ** 26;
const MAX_ENTRIES = 2 ** 16;
const MAX_DEPTH = 4;

/** Smallest bytes a value of a type takes, to judge an array's count by. */
const leastBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  8: 8,
  9: 12,
  10: 8,
  11: 8,
  12: 8,
};

function scalar(cursor: Cursor, kind: number, key: string): MetadataValue {
  switch (kind) {
    case 0:
      return cursor.u8();
    case 1:
      return cursor.i8();
    case 2:
      return cursor.u16();
    case 3:
      return cursor.i16();
    case 4:
      return cursor.u32();
    case 5:
      return cursor.i32();
    case 6:
      return cursor.f32();
    case 7:
      return cursor.u8() !== 0;
    case 8:
      return cursor.string(`'${key}'`);
    case 10:
      return cursor.u64();
    case 11:
      return cursor.i64();
    case 12:
      return cursor.f64();
    default:
      throw cursor.broken(
        `'${key}' has the unknown value type ${kind}`,
        'The file is damaged, or newer than GGUF version 3.',
        cursor.at - 4,
      );
  }
}

function metadataValue(cursor: Cursor, kind: number, key: string, depth = 0): MetadataValue {
  if (kind !== 9) return scalar(cursor, kind, key);
  if (depth === MAX_DEPTH)
    throw cursor.broken(`'${key}' nests arrays deeper than ${MAX_DEPTH}`, 'The file is damaged.');
  const element = cursor.u32();
  const least = leastBytes[element] ?? 1;
  const count = cursor.count(`the count of '${key}'`, Math.floor(Math.max(0, cursor.left - 8) / least));
  const values: MetadataValue[] = [];
  for (let i = 0; i < count; i++) values.push(metadataValue(cursor, element, key, depth + 1));
  return values;
}

interface TensorEntry {
  readonly name: string;
  /** Fastest axis first, as the file writes it. */
  readonly axes: readonly number[];
  readonly kind: number;
  readonly offset: number;
  /** Where the entry stands, for messages. */
  readonly at: number;
}

function tensorEntry(cursor: Cursor): TensorEntry {
  const at = cursor.at;
  const name = cursor.string('the name of a tensor');
  const rank = cursor.u32();
  if (rank < 1 || rank > 4)
    throw cursor.broken(`tensor '${name}' has ${rank} axes, 1 to 4 can be`, 'The file is damaged.', at);
  const axes: number[] = [];
  for (let i = 0; i < rank; i++) axes.push(cursor.count(`an axis of tensor '${name}'`, 2 ** 40));
  const kind = cursor.u32();
  return { name, axes, kind, offset: cursor.count(`the offset of tensor '${name}'`, 2 ** 50), at };
}

/** Where a tensor lies, checked against alignment and the file's size. */
function placed(
  cursor: Cursor,
  entry: TensorEntry,
  dataAt: number,
  alignment: number,
  size: number,
): GgufTensor {
  const { name, axes, at } = entry;
  const type = tensorTypes.get(entry.kind);
  const damaged = 'The file is damaged; download it again.';
  if (!type)
    throw cursor.broken(
      `tensor '${name}' has the unknown type ${entry.kind}`,
      'Use a file quantised as Q4_0, Q4_1, Q8_0, F16, BF16 or F32.',
      at,
    );
  const [row = 0] = axes;
  if (row % type.blockElements !== 0)
    throw cursor.broken(
      `tensor '${name}': rows of ${row} elements don't fill blocks of ${type.blockElements} (${type.name})`,
      damaged,
      at,
    );
  if (entry.offset % alignment !== 0)
    throw cursor.broken(
      `tensor '${name}': its offset ${entry.offset} is no multiple of the alignment ${alignment}`,
      damaged,
      at,
    );
  const elements = axes.reduce((product, axis) => product * axis, 1);
  const bytes = (elements / type.blockElements) * type.blockBytes;
  const offset = dataAt + entry.offset;
  if (!Number.isSafeInteger(bytes) || offset + bytes > size)
    throw cursor.broken(
      `tensor '${name}' needs bytes ${offset} to ${offset + bytes}, the file has ${size}`,
      'The file is cut short; download it again.',
      at,
    );
  return { name, shape: axes.toReversed(), type, offset, bytes };
}

function assertApart(cursor: Cursor, tensors: readonly GgufTensor[]): void {
  const sorted = tensors.toSorted((a, b) => a.offset - b.offset);
  for (const [i, tensor] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && tensor.offset + tensor.bytes > next.offset)
      throw cursor.broken(
        `tensors '${tensor.name}' and '${next.name}' overlap`,
        'The file is damaged; download it again.',
        next.offset,
      );
  }
}

function parse(source: ByteSource, prefix: Uint8Array): Gguf {
  const cursor = new Cursor(source.name, prefix, source.size);
  const magic = cursor.u32();
  if (magic !== MAGIC)
    throw cursor.broken(
      `this is no GGUF file: it begins with 0x${magic.toString(16).padStart(8, '0')}`,
      'Open a file that ends in .gguf.',
      0,
    );
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw cursor.broken(
      `GGUF version ${version} can't be read, 2 and 3 can`,
      'Convert the file with a current llama.cpp.',
      4,
    );
  const tensorCount = cursor.count('the number of tensors', MAX_ENTRIES);
  const metadataCount = cursor.count('the number of metadata entries', MAX_ENTRIES);
  cursor.section = 'metadata';
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.string('a metadata key');
    metadata.set(key, metadataValue(cursor, cursor.u32(), key));
  }
  cursor.section = 'tensor table';
  const entries = Array.from({ length: tensorCount }, () => tensorEntry(cursor));
  const headerBytes = cursor.at;
  const alignment = Number(metadata.get('general.alignment') ?? 32);
  if (!Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20)
    throw cursor.broken(`general.alignment is ${alignment}`, 'The file is damaged.');
  const dataAt = Math.ceil(headerBytes / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const entry of entries) {
    if (tensors.has(entry.name))
      throw cursor.broken(
        `tensor '${entry.name}' stands twice in the table`,
        'The file is damaged.',
        entry.at,
      );
    tensors.set(entry.name, placed(cursor, entry, dataAt, alignment, source.size));
  }
  cursor.section = 'data';
  assertApart(cursor, [...tensors.values()]);
  return { metadata, tensors, headerBytes };
}

/** Throws UserError 'gguf' naming file, byte, section and remedy. */
export async function readGguf(source: ByteSource): Promise<Gguf> {
  const most = Math.min(source.size, MAX_HEADER_BYTES);
  let length = Math.min(most, FIRST_READ_BYTES);
  for (;;) {
    const prefix = await source.read(0, length);
    try {
      return parse(source, prefix);
    } catch (error) {
      if (!(error instanceof NeedMore)) throw error;
      if (error.bytes > most)
        throw new Cursor(source.name, prefix, source.size).broken(
          `the header needs more than ${MAX_HEADER_BYTES} bytes`,
          'The file is damaged, or not made for this page.',
        );
      length = Math.min(most, Math.max(error.bytes, length * 2));
    }
  }
}
