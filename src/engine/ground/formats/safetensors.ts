// Reads safetensors files. Source: safetensors 0.4 format: u64 header length, JSON header, data without holes.

import { decodeFile } from '../../../shaders/quant/ggml.ts';
import type { UserError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';
import { quote, shortened } from '../quote.ts';
import { shaped } from '../shapeDecode.ts';
import { list, pair, record, shape, string, whole } from '../shapes.ts';
import { readJson } from '../strictJson.ts';
import { text } from '../text.ts';
import { brokenSafetensors } from './formatErrors.ts';

export interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the tensor, a view into the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of an element. */
const widths: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64'].map((name) => [name, 8] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 4] as const),
  ...['F16', 'BF16', 'I16', 'U16'].map((name) => [name, 2] as const),
  ...['I8', 'U8', 'BOOL', 'F8_E4M3', 'F8_E5M2'].map((name) => [name, 1] as const),
]);
const MAX_HEADER_BYTES = 100_000_000;

const broken = (en: string, zh: string): UserError => brokenSafetensors({ found: text(en, zh) });

const size = whole(0, Number.MAX_SAFE_INTEGER);
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}
const entryShape = shape<Entry>({ dtype: string, shape: list(size), data_offsets: pair(size, size) });
const metadataShape = record(string);

function readHeader(
  file: Uint8Array<ArrayBuffer>,
  mostBytes: number,
): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly dataAt: number;
} {
  if (file.byteLength < 8)
    throw broken(
      `expected at least 8 bytes, got ${file.byteLength}`,
      `至少应有 8 字节，实际为 ${file.byteLength}`,
    );
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > mostBytes || 8 + length > file.byteLength)
    throw broken(
      `its header claims ${length} bytes, the file has ${file.byteLength}`,
      `文件头声称有 ${length} 字节，文件只有 ${file.byteLength}`,
    );
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.subarray(8, 8 + length));
  } catch {
    throw broken('its header is not UTF-8', '文件头不是 UTF-8');
  }
  if (!json.startsWith('{')) throw broken('its header is not a JSON object', '文件头不是 JSON 对象');
  const { value, problem } = readJson(json);
  if (problem) throw broken(`its header is refused (${problem.en})`, `文件头不被接受（${problem.zh}）`);
  if (!isRecord(value)) throw broken('its header is not a JSON object', '文件头不是 JSON 对象');
  return { header: value, dataAt: 8 + length };
}

interface Placed {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** An entry of the header, whose offsets hold as many bytes as its type and shape need. */
function placed(name: string, entry: unknown): Placed {
  const shown = shortened(name);
  const { value, misfit } = shaped(entryShape, entry);
  if (misfit) throw broken(`tensor '${shown}', ${misfit.en}`, `张量 '${shown}' 的 ${misfit.zh}`);
  const { dtype, shape: sizes } = value;
  const width = widths.get(dtype);
  if (width === undefined)
    throw broken(
      `tensor '${shown}' has the unknown dtype ${quote(dtype)}`,
      `张量 '${shown}' 的 dtype ${quote(dtype)} 未知`,
    );
  const [begin, end] = value.data_offsets;
  const wanted = sizes.reduce((product, axis) => product * axis, width);
  if (end - begin !== wanted)
    throw broken(
      `tensor '${shown}' needs ${wanted} bytes, its offsets ${begin} to ${end} hold ${end - begin}`,
      `张量 '${shown}' 需要 ${wanted} 字节，偏移 ${begin} 到 ${end} 只有 ${end - begin} 字节`,
    );
  return { name, dtype, shape: sizes, begin, end };
}

/** The data is covered once: no byte twice, none of no tensor. */
function assertCovered(entries: readonly Placed[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      throw broken(
        `tensor '${shortened(name)}' begins at byte ${begin} of the data, the one before it ends at ${covered}`,
        `张量 '${shortened(name)}' 从数据的第 ${begin} 字节开始，前一个到 ${covered} 结束`,
      );
    covered = end;
  }
  if (covered !== dataBytes)
    throw broken(
      `its tensors cover ${covered} of ${dataBytes} bytes`,
      `张量共占 ${covered} 字节，数据有 ${dataBytes} 字节`,
    );
}

/**
 * All tensors by name; a header of more than `mostHeaderBytes` is not read. Refuses what the format does: names that stand twice, tensors that
 * overlap or leave holes, metadata that is no text. Throws UserError 'safetensors' saying what is wrong with the file.
 */
export function readSafetensors(
  file: Uint8Array<ArrayBuffer>,
  mostHeaderBytes = MAX_HEADER_BYTES,
): Map<string, SafeTensor> {
  const { header, dataAt } = readHeader(file, mostHeaderBytes);
  const { __metadata__: metadata = {}, ...named } = header;
  const { misfit } = shaped(metadataShape, metadata);
  if (misfit) throw broken(`__metadata__, ${misfit.en}`, `__metadata__ 的 ${misfit.zh}`);
  const entries = Object.entries(named).map(([name, entry]) => placed(name, entry));
  assertCovered(entries, file.byteLength - dataAt);
  return new Map(
    entries.map(({ name, dtype, shape: sizes, begin, end }) => [
      name,
      { dtype, shape: sizes, bytes: file.subarray(dataAt + begin, dataAt + end) },
    ]),
  );
}

/** Values of a float tensor in f32. Throws UserError for an integer dtype. */
export function toFloat32(name: string, tensor: SafeTensor): Float32Array<ArrayBuffer> {
  const bytes = tensor.bytes.slice();
  if (tensor.dtype === 'F32') return new Float32Array(bytes.buffer);
  const format = tensor.dtype === 'BF16' ? 'bf16' : tensor.dtype === 'F16' ? 'f16' : null;
  if (format === null)
    throw broken(
      `tensor '${shortened(name, 60)}' is ${tensor.dtype}, expected F32, F16 or BF16`,
      `张量 '${shortened(name, 60)}' 是 ${tensor.dtype}，应为 F32、F16 或 BF16`,
    );
  return decodeFile(format, bytes, bytes.byteLength / 2);
}

/** What safetensors calls torch's float types. */
export const safetensorsType = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

export interface SavedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A safetensors file of these tensors, in the order given, as PEFT and transformers write one (`{"format": "pt"}`). */
export function writeTensors(tensors: readonly SavedTensor[]): Uint8Array<ArrayBuffer> {
  const entries: Record<string, object> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    entries[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(entries));
  // The header is padded with blanks, so that the data begins at a multiple of eight bytes.
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  header.set(text);
  const file = new Uint8Array(8 + header.length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let next = 8 + header.length;
  for (const { bytes } of tensors) {
    file.set(bytes, next);
    next += bytes.length;
  }
  return file;
}

/** The same of float32 values. */
export function writeSafetensors(
  tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[],
): Uint8Array<ArrayBuffer> {
  return writeTensors(
    tensors.map(({ name, shape, values }) => ({
      name,
      dtype: 'F32',
      shape,
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    })),
  );
}
