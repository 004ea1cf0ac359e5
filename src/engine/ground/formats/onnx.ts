// The container of an ONNX model, read in ranges: its operations, and where each of its tensors lies, in the file or beside it. A tensor's values are
// never read here, and of the graph only what says which weight is whose. Source: onnx.proto3 (field numbers), protobuf encoding guide.
import type { Text } from '../text.ts';
import { text } from '../text.ts';
import type { ByteSource } from './byteSource.ts';
import { brokenOnnx } from './formatErrors.ts';

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Its attributes that are whole numbers. */
  readonly numbers: ReadonlyMap<string, number>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** onnx.TensorProto.DataType. */
  readonly type: number;
  readonly source: ByteSource;
  readonly offset: number;
  readonly bytes: number;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** Files beside it that hold its tensors. */
  readonly beside: readonly ByteSource[];
}

/** Of several exports in a folder, the one to take: four bits first, as transformers.js names them. */
export const EXPORTS: readonly string[] = [
  'model_q4.onnx',
  'model_q4f16.onnx',
  'model.onnx',
  'model_fp16.onnx',
];

/** A field of a message: a number, or a range of the file. */
interface Field {
  readonly field: number;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

const WINDOW = 1 << 16;
/** More operations or tensors than any export has. */
const MOST = 1_000_000;
/** A node, a name or a list of sizes of more is none. */
const MOST_BYTES = 1 << 20;

class Reader {
  readonly source: ByteSource;
  #window = new Uint8Array();
  #windowAt = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  broken(at: number, found: Text): never {
    throw brokenOnnx({ file: this.source.name, byte: at, found });
  }

  async byte(at: number): Promise<number> {
    const within = at - this.#windowAt;
    if (within >= 0 && within < this.#window.length) return this.#window[within] ?? 0;
    if (at >= this.source.size) this.broken(at, text('the file ends within a message', '文件在消息中途结束'));
    this.#windowAt = at;
    this.#window = await this.source.read(at, Math.min(WINDOW, this.source.size - at));
    return this.#window[0] ?? 0;
  }

  /** A varint, and where it ends. Of one beyond 2^53 the upper bits are lost: negative numbers, which nothing here needs. */
  async varint(at: number): Promise<readonly [value: number, end: number]> {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = await this.byte(at + i);
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return [value, at + i + 1];
    }
    return this.broken(at, text('a number of more than ten bytes', '一个数超过十个字节'));
  }

  async *fields(start: number, end: number): AsyncGenerator<Field> {
    let at = start;
    for (let count = 0; at < end; count++) {
      if (count > MOST) this.broken(at, text('more than a million entries', '条目超过一百万'));
      const [key, after] = await this.varint(at);
      const [field, wire] = [Math.floor(key / 8), key % 8];
      const [value, next] = wire === 0 || wire === 2 ? await this.varint(after) : [wire === 1 ? 8 : 4, after];
      const stop = wire === 0 ? next : next + value;
      if (![0, 1, 2, 5].includes(wire) || field === 0 || stop > end)
        this.broken(at, text('it is no ONNX model, or is damaged', '不是 ONNX 模型，或已损坏'));
      yield { field, value, start: next, end: stop };
      at = stop;
    }
  }

  async bytes({ start, end }: Field): Promise<Uint8Array<ArrayBuffer>> {
    if (end - start > MOST_BYTES) this.broken(start, text('a name of a megabyte', '名称长达一兆字节'));
    return this.source.read(start, end - start);
  }

  async text(field: Field): Promise<string> {
    // Most are within the window that was read for the message around them.
    const within = field.start - this.#windowAt;
    const length = field.end - field.start;
    const inside = within >= 0 && within + length <= this.#window.length;
    const bytes = inside ? this.#window.subarray(within, within + length) : await this.bytes(field);
    return new TextDecoder().decode(bytes);
  }
}

async function attribute(reader: Reader, at: Field): Promise<readonly [name: string, value: number]> {
  let [name, value] = ['', 0];
  for await (const one of reader.fields(at.start, at.end)) {
    if (one.field === 1) name = await reader.text(one);
    if (one.field === 3) value = one.value;
  }
  return [name, value];
}

async function nodeAt(reader: Reader, at: Field): Promise<OnnxNode> {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const numbers = new Map<string, number>();
  let [name, op] = ['', ''];
  for await (const one of reader.fields(at.start, at.end)) {
    if (one.field === 1) inputs.push(await reader.text(one));
    else if (one.field === 2) outputs.push(await reader.text(one));
    else if (one.field === 3) name = await reader.text(one);
    else if (one.field === 4) op = await reader.text(one);
    else if (one.field === 5) numbers.set(...(await attribute(reader, one)));
  }
  return { op, name, inputs, outputs, numbers };
}

/** Where a tensor lies that stands in a file of its own. */
interface Elsewhere {
  readonly location: string;
  readonly offset: number;
  readonly length: number | null;
}

async function elsewhereAt(reader: Reader, entries: readonly Field[]): Promise<Elsewhere> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    let [key, value] = ['', ''];
    for await (const one of reader.fields(entry.start, entry.end)) {
      if (one.field === 1) key = await reader.text(one);
      if (one.field === 2) value = await reader.text(one);
    }
    found.set(key, value);
  }
  const length = found.get('length');
  return {
    location: found.get('location') ?? '',
    offset: Number(found.get('offset') ?? 0),
    length: length === undefined ? null : Number(length),
  };
}

async function sizesAt(reader: Reader, at: Field, packed: boolean): Promise<number[]> {
  if (!packed) return [at.value];
  const sizes: number[] = [];
  for (let from = at.start; from < at.end; ) {
    const [size, next] = await reader.varint(from);
    sizes.push(size);
    from = next;
  }
  return sizes;
}

async function tensorAt(
  reader: Reader,
  at: Field,
  files: ReadonlyMap<string, ByteSource>,
): Promise<OnnxTensor> {
  const dims: number[] = [];
  const entries: Field[] = [];
  let [name, type, data]: [string, number, Field | null] = ['', 0, null];
  for await (const one of reader.fields(at.start, at.end)) {
    // Sizes come one by one, or all in one field: then it is a range.
    if (one.field === 1) dims.push(...(await sizesAt(reader, one, one.end > one.start)));
    else if (one.field === 2) type = one.value;
    else if (one.field === 8) name = await reader.text(one);
    else if (one.field === 9 || (one.field === 4 && one.end > one.start)) data = one;
    else if (one.field === 13) entries.push(one);
  }
  if (entries.length === 0) {
    const [offset, bytes] = data ? [data.start, data.end - data.start] : [at.end, 0];
    return { name, dims, type, source: reader.source, offset, bytes };
  }
  const { location, offset, length } = await elsewhereAt(reader, entries);
  const source = files.get(location.replace(/^.*\//, ''));
  if (!source)
    return reader.broken(
      at.start,
      text(
        `its tensors are in ${location}, which is not among the files`,
        `张量在 ${location} 里，但没有这个文件`,
      ),
    );
  const bytes = length ?? source.size - offset;
  if (!(offset >= 0 && bytes >= 0 && offset + bytes <= source.size))
    return reader.broken(
      at.start,
      text(`a tensor lies beyond the end of ${source.name}`, `有张量超出 ${source.name} 的末尾`),
    );
  return { name, dims, type, source, offset, bytes };
}

/** `files`: those that may hold its tensors. Throws UserError 'onnx'. */
export async function readOnnx(source: ByteSource, files: readonly ByteSource[]): Promise<OnnxGraph> {
  const reader = new Reader(source);
  const named = new Map(files.map((file) => [file.name, file]));
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  for await (const part of reader.fields(0, source.size)) {
    if (part.field !== 7) continue;
    for await (const one of reader.fields(part.start, part.end)) {
      if (one.field === 1) nodes.push(await nodeAt(reader, one));
      if (one.field !== 5) continue;
      const tensor = await tensorAt(reader, one, named);
      tensors.set(tensor.name, tensor);
    }
  }
  if (nodes.length === 0 && tensors.size === 0) reader.broken(0, text('it holds no graph', '其中没有计算图'));
  const beside = new Set([...tensors.values()].map((tensor) => tensor.source));
  beside.delete(source);
  return { nodes, tensors, beside: [...beside] };
}
