// Reads safetensors files. Source: safetensors 0.4 format: u64 header length, JSON header, data without holes.

import { decodeFile } from '../../../shaders/quant/ggml.ts';
import type { UserError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';
import { text } from '../text.ts';
import { brokenSafetensors } from './formatErrors.ts';

export interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the tensor, a view into the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const widths: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};
const MAX_HEADER_BYTES = 100_000_000;

const broken = (en: string, zh: string): UserError => brokenSafetensors({ found: text(en, zh) });

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

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
  try {
    const header: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length)),
    );
    if (!isRecord(header)) throw broken('its header is not a JSON object', '文件头不是 JSON 对象');
    return { header, dataAt: 8 + length };
  } catch (error) {
    if (brokenSafetensors.is(error)) throw error;
    throw broken(`its header is not JSON (${String(error)})`, `文件头不是 JSON（${String(error)}）`);
  }
}

/** All tensors by name; a header of more than `mostHeaderBytes` is not read. Throws UserError 'safetensors' saying what is wrong with the file. */
export function readSafetensors(
  file: Uint8Array<ArrayBuffer>,
  mostHeaderBytes = MAX_HEADER_BYTES,
): Map<string, SafeTensor> {
  const { header, dataAt } = readHeader(file, mostHeaderBytes);
  const tensors = new Map<string, SafeTensor>();
  let covered = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (
      !isRecord(entry) ||
      typeof entry.dtype !== 'string' ||
      !isSizes(entry.shape) ||
      !isSizes(entry.data_offsets)
    ) {
      throw broken(
        `entry '${name}' lacks dtype, shape or data_offsets`,
        `条目 '${name}' 缺少 dtype、shape 或 data_offsets`,
      );
    }
    const [begin = 0, end = 0] = entry.data_offsets;
    const width = widths[entry.dtype];
    if (width === undefined)
      throw broken(
        `tensor '${name}' has the unknown dtype ${entry.dtype}`,
        `张量 '${name}' 的 dtype ${entry.dtype} 未知`,
      );
    const wanted = entry.shape.reduce((product, size) => product * size, width);
    if (end - begin !== wanted || dataAt + end > file.byteLength) {
      throw broken(
        `tensor '${name}' needs ${wanted} bytes, its offsets ${begin} to ${end} hold ${end - begin} of ${file.byteLength - dataAt}`,
        `张量 '${name}' 需要 ${wanted} 字节，偏移 ${begin} 到 ${end} 只有 ${end - begin} 字节（数据共 ${file.byteLength - dataAt} 字节）`,
      );
    }
    covered += wanted;
    tensors.set(name, {
      dtype: entry.dtype,
      shape: entry.shape,
      bytes: file.subarray(dataAt + begin, dataAt + end),
    });
  }
  if (covered !== file.byteLength - dataAt)
    throw broken(
      `its tensors cover ${covered} of ${file.byteLength - dataAt} bytes`,
      `张量共占 ${covered} 字节，数据有 ${file.byteLength - dataAt} 字节`,
    );
  return tensors;
}

/** Values of a float tensor in f32. Throws UserError for an integer dtype. */
export function toFloat32(name: string, tensor: SafeTensor): Float32Array<ArrayBuffer> {
  const bytes = tensor.bytes.slice();
  if (tensor.dtype === 'F32') return new Float32Array(bytes.buffer);
  const format = tensor.dtype === 'BF16' ? 'bf16' : tensor.dtype === 'F16' ? 'f16' : null;
  if (format === null)
    throw broken(
      `tensor '${name}' is ${tensor.dtype}, expected F32, F16 or BF16`,
      `张量 '${name}' 是 ${tensor.dtype}，应为 F32、F16 或 BF16`,
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
