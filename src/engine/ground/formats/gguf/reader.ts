// Reads the header of a GGUF file (version 2 and 3): metadata and where each tensor lies. Tensors are read later, one range
// each. Source: ggml docs/gguf.md; numerics reference 1.3. Memory stays bounded: header at most 64 MiB, counts checked first.
import { quote, shortened } from '../../quote.ts';
import { same, text } from '../../text.ts';
import type { ByteSource } from '../byteSource.ts';
import { ggufBeyond, ggufCut, ggufNoGguf, ggufUnknownType, ggufVersion } from '../formatErrors.ts';
import { Cursor, NeedMore } from './cursor.ts';
import type { Gguf, GgufTensor, MetadataValue } from './types.ts';
import { tensorTypes } from './types.ts';

const MAGIC = 0x46554747;
const FIRST_READ_BYTES = 2 ** 22;
const MAX_HEADER_BYTES = 2 ** 26;
const MAX_ENTRIES = 2 ** 16;
const MAX_DEPTH = 4;
/** Values of all metadata: several times those of the largest vocabulary. */
const MAX_VALUES = 2 ** 22;

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
      return cursor.string(same(`'${shortened(key, 60)}'`));
    case 10:
      return cursor.u64();
    case 11:
      return cursor.i64();
    case 12:
      return cursor.f64();
    default:
      throw cursor.broken(
        text(
          `'${shortened(key, 60)}' has the unknown value type ${kind}`,
          `'${shortened(key, 60)}' 的值类型 ${kind} 未知`,
        ),
        cursor.at - 4,
        ggufBeyond,
      );
  }
}

function metadataValue(cursor: Cursor, kind: number, key: string, depth = 0): MetadataValue {
  if (kind !== 9) return scalar(cursor, kind, key);
  if (depth === MAX_DEPTH)
    throw cursor.broken(
      text(
        `'${shortened(key, 60)}' nests arrays deeper than ${MAX_DEPTH}`,
        `'${shortened(key, 60)}' 的数组嵌套超过 ${MAX_DEPTH} 层`,
      ),
    );
  const element = cursor.u32();
  const least = leastBytes[element] ?? 1;
  const count = cursor.count(
    text(`the count of '${shortened(key, 60)}'`, `'${shortened(key, 60)}' 的个数`),
    Math.min(Math.floor(Math.max(0, cursor.left - 8) / least), MAX_VALUES - cursor.values),
  );
  cursor.values += count;
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
  const name = cursor.string(text('the name of a tensor', '张量名'));
  const rank = cursor.u32();
  if (rank < 1 || rank > 4)
    throw cursor.broken(
      text(
        `tensor '${shortened(name, 60)}' has ${rank} axes, 1 to 4 can be`,
        `张量 '${shortened(name, 60)}' 有 ${rank} 个轴，只能有 1 到 4 个`,
      ),
      at,
    );
  const axes: number[] = [];
  for (let i = 0; i < rank; i++)
    axes.push(
      cursor.count(
        text(`an axis of tensor '${shortened(name, 60)}'`, `张量 '${shortened(name, 60)}' 的一个轴`),
        2 ** 40,
      ),
    );
  const kind = cursor.u32();
  return {
    name,
    axes,
    kind,
    offset: cursor.count(
      text(`the offset of tensor '${shortened(name, 60)}'`, `张量 '${shortened(name, 60)}' 的偏移`),
      2 ** 50,
    ),
    at,
  };
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
  if (!type)
    throw cursor.broken(
      text(
        `tensor '${shortened(name, 60)}' has the unknown type ${entry.kind}`,
        `张量 '${shortened(name, 60)}' 的类型 ${entry.kind} 未知`,
      ),
      at,
      ggufUnknownType,
    );
  const [row = 0] = axes;
  if (row % type.blockElements !== 0)
    throw cursor.broken(
      text(
        `tensor '${shortened(name, 60)}': rows of ${row} elements don't fill blocks of ${type.blockElements} (${type.name})`,
        `张量 '${shortened(name, 60)}'：每行 ${row} 个元素，填不满 ${type.blockElements} 个一块的块（${type.name}）`,
      ),
      at,
    );
  if (entry.offset % alignment !== 0)
    throw cursor.broken(
      text(
        `tensor '${shortened(name, 60)}': its offset ${entry.offset} is no multiple of the alignment ${alignment}`,
        `张量 '${shortened(name, 60)}'：偏移 ${entry.offset} 不是对齐 ${alignment} 的倍数`,
      ),
      at,
    );
  const elements = axes.reduce((product, axis) => product * axis, 1);
  const bytes = (elements / type.blockElements) * type.blockBytes;
  const offset = dataAt + entry.offset;
  if (!Number.isSafeInteger(bytes) || offset + bytes > size)
    throw cursor.broken(
      text(
        `tensor '${shortened(name, 60)}' needs bytes ${offset} to ${offset + bytes}, the file has ${size}`,
        `张量 '${shortened(name, 60)}' 需要第 ${offset} 到 ${offset + bytes} 字节，文件只有 ${size} 字节`,
      ),
      at,
      ggufCut,
    );
  return { name, shape: axes.toReversed(), type, offset, bytes };
}

function assertApart(cursor: Cursor, tensors: readonly GgufTensor[]): void {
  const sorted = tensors.toSorted((a, b) => a.offset - b.offset);
  for (const [i, tensor] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && tensor.offset + tensor.bytes > next.offset)
      throw cursor.broken(
        text(
          `tensors '${tensor.name}' and '${next.name}' overlap`,
          `张量 '${tensor.name}' 与 '${next.name}' 重叠`,
        ),
        next.offset,
      );
  }
}

function parse(source: ByteSource, prefix: Uint8Array): Gguf {
  const cursor = new Cursor(source.name, prefix, source.size);
  const magic = cursor.u32();
  if (magic !== MAGIC)
    throw cursor.broken(
      text(
        `this is no GGUF file: it begins with 0x${magic.toString(16).padStart(8, '0')}`,
        `这不是 GGUF 文件：它以 0x${magic.toString(16).padStart(8, '0')} 开头`,
      ),
      0,
      ggufNoGguf,
    );
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw cursor.broken(
      text(
        `GGUF version ${version} can't be read, 2 and 3 can`,
        `无法读取 GGUF 版本 ${version}，只能读 2 和 3`,
      ),
      4,
      ggufVersion,
    );
  const tensorCount = cursor.count(text('the number of tensors', '张量个数'), MAX_ENTRIES);
  const metadataCount = cursor.count(text('the number of metadata entries', '元数据条目数'), MAX_ENTRIES);
  cursor.section = 'metadata';
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < metadataCount; i++) {
    const key = cursor.string(text('a metadata key', '元数据键'));
    if (metadata.has(key))
      throw cursor.broken(text(`the key ${quote(key)} stands twice`, `键 ${quote(key)} 出现两次`));
    metadata.set(key, metadataValue(cursor, cursor.u32(), key));
  }
  cursor.section = 'tensor table';
  const entries = Array.from({ length: tensorCount }, () => tensorEntry(cursor));
  const headerBytes = cursor.at;
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 2 ** 20)
    throw cursor.broken(
      text(`general.alignment is ${quote(alignment)}`, `general.alignment 为 ${quote(alignment)}`),
    );
  const dataAt = Math.ceil(headerBytes / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const entry of entries) {
    if (tensors.has(entry.name))
      throw cursor.broken(
        text(
          `tensor '${shortened(entry.name, 60)}' stands twice in the table`,
          `张量 '${shortened(entry.name, 60)}' 在表中出现两次`,
        ),
        entry.at,
      );
    tensors.set(entry.name, placed(cursor, entry, dataAt, alignment, source.size));
  }
  cursor.section = 'data';
  assertApart(cursor, [...tensors.values()]);
  return { metadata, tensors, headerBytes };
}

/** Throws a UserError 'gguf-…' naming file, byte, section and remedy. */
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
          text(`the header needs more than ${MAX_HEADER_BYTES} bytes`, `文件头超过 ${MAX_HEADER_BYTES} 字节`),
          0,
          ggufBeyond,
        );
      length = Math.min(most, Math.max(error.bytes, length * 2));
    }
  }
}
