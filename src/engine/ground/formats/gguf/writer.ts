// Writes GGUF files: metadata, the tensor table, data. Values as the format has them; nothing is checked here, and what a test of
// the reader wants wrong may be given wrong. Source: ggml docs/gguf.md.

export type Entry = readonly [key: string, type: number, value: EntryValue];
export type EntryValue =
  | string
  | number
  | bigint
  | boolean
  | { readonly of: number; readonly items: readonly EntryValue[] };

export const types = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;
export const ggml = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q3_K: 11,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  IQ4_NL: 20,
  BF16: 30,
} as const;

export interface TensorSpec {
  readonly name: string;
  /** Fastest axis first, as the file writes it. */
  readonly axes: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
  /** In place of the next free one. */
  readonly offset?: number;
}

export interface FileSpec {
  readonly magic?: number;
  readonly version?: number;
  readonly tensorCount?: bigint;
  readonly metadataCount?: bigint;
  readonly metadata: readonly Entry[];
  readonly tensors: readonly TensorSpec[];
  readonly alignment?: number;
}

class Bytes {
  readonly parts: Uint8Array[] = [];

  number(bytes: number, write: (view: DataView) => void): void {
    const part = new Uint8Array(bytes);
    write(new DataView(part.buffer));
    this.parts.push(part);
  }
  u32(value: number): void {
    this.number(4, (view) => view.setUint32(0, value, true));
  }
  u64(value: number | bigint): void {
    this.number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }
  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    this.parts.push(bytes);
  }
  whole(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

function writeValue(out: Bytes, type: number, value: EntryValue): void {
  if (typeof value === 'string') {
    out.string(value);
    return;
  }
  if (typeof value === 'object') {
    out.u32(value.of);
    out.u64(value.items.length);
    for (const item of value.items) writeValue(out, value.of, item);
    return;
  }
  const number = Number(value);
  const write: Readonly<Record<number, (view: DataView) => void>> = {
    0: (view) => view.setUint8(0, number),
    1: (view) => view.setInt8(0, number),
    2: (view) => view.setUint16(0, number, true),
    3: (view) => view.setInt16(0, number, true),
    4: (view) => view.setUint32(0, number, true),
    5: (view) => view.setInt32(0, number, true),
    6: (view) => view.setFloat32(0, number, true),
    7: (view) => view.setUint8(0, number),
    10: (view) => view.setBigUint64(0, BigInt(value), true),
    11: (view) => view.setBigInt64(0, BigInt(value), true),
    12: (view) => view.setFloat64(0, number, true),
  };
  const sizes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 7: 1, 10: 8, 11: 8, 12: 8 };
  out.number(sizes[type] ?? 4, write[type] ?? write[4] ?? (() => {}));
}

const padded = (length: number, alignment: number): number => Math.ceil(length / alignment) * alignment;

/** Where each section of a written file ends, for cutting it there. */
export interface Sections {
  readonly header: number;
  readonly metadata: number;
  readonly table: number;
  readonly data: number;
}

export function writeGguf(spec: FileSpec): {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly sections: Sections;
} {
  const { metadata, tensors, alignment = 32 } = spec;
  const out = new Bytes();
  const length = (): number => out.parts.reduce((sum, part) => sum + part.length, 0);
  out.u32(spec.magic ?? 0x46554747);
  out.u32(spec.version ?? 3);
  out.u64(spec.tensorCount ?? tensors.length);
  out.u64(spec.metadataCount ?? metadata.length);
  const header = length();
  for (const [key, type, value] of metadata) {
    out.string(key);
    out.u32(type);
    writeValue(out, type, value);
  }
  const ends = length();
  let next = 0;
  const placed = tensors.map((tensor) => {
    const offset = tensor.offset ?? next;
    next = padded(offset + tensor.bytes.length, alignment);
    return { ...tensor, offset };
  });
  for (const { name, axes, type, offset } of placed) {
    out.string(name);
    out.u32(axes.length);
    for (const axis of axes) out.u64(axis);
    out.u32(type);
    out.u64(offset);
  }
  const table = length();
  const dataAt = padded(table, alignment);
  const file = new Uint8Array(
    Math.max(dataAt, ...placed.map(({ offset, bytes }) => dataAt + offset + bytes.length)),
  );
  file.set(out.whole());
  for (const { offset, bytes } of placed) file.set(bytes, dataAt + offset);
  return { file, sections: { header, metadata: ends, table, data: file.length } };
}
