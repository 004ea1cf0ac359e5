// Safetensors files in memory: read whole, and written. One of any size is read by its table (safetensorsTable.ts). Source: safetensors
// 0.4 format: u64 header length, JSON header, data without holes.
import { decodeFile } from '../../../shaders/quant/ggml.ts';
import { shortened } from '../quote.ts';
import { text } from '../text.ts';
import { brokenSafetensors } from './formatErrors.ts';
import { headerBytes, LENGTH_BYTES, MAX_HEADER_BYTES, tableOf } from './safetensorsTable.ts';

export interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes of the tensor, a view into the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * All tensors by name; a header of more than `mostHeaderBytes` is not read. Throws UserError 'safetensors' saying what is wrong with
 * the file.
 */
export function readSafetensors(
  file: Uint8Array<ArrayBuffer>,
  mostHeaderBytes = MAX_HEADER_BYTES,
): Map<string, SafeTensor> {
  const length = headerBytes(null, file, file.byteLength, mostHeaderBytes);
  const table = tableOf(null, file.subarray(LENGTH_BYTES, LENGTH_BYTES + length), file.byteLength);
  return new Map(
    table.map(({ name, dtype, shape, offset, bytes }) => [
      name,
      { dtype, shape, bytes: file.subarray(offset, offset + bytes) },
    ]),
  );
}

/** Values of a float tensor in f32. Throws UserError for an integer dtype. */
export function toFloat32(name: string, tensor: SafeTensor): Float32Array<ArrayBuffer> {
  const bytes = tensor.bytes.slice();
  if (tensor.dtype === 'F32') return new Float32Array(bytes.buffer);
  const format = tensor.dtype === 'BF16' ? 'bf16' : tensor.dtype === 'F16' ? 'f16' : null;
  if (format === null)
    throw brokenSafetensors({
      file: null,
      found: text(
        `tensor '${shortened(name, 60)}' is ${tensor.dtype}, expected F32, F16 or BF16`,
        `张量 '${shortened(name, 60)}' 是 ${tensor.dtype}，应为 F32、F16 或 BF16`,
      ),
    });
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
