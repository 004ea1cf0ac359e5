// A weight of the model and the tensors that stand for it in its files: one of floats, or several of a quantised one.
import { decodeHalves } from '../../../shaders/quant/halves.ts';
import type { StoredFormat, StoredTensor } from '../weightSource.ts';
import type { ShardTensor } from './shards.ts';

export interface PlacedWeight {
  /** Known without reading. */
  readonly format: StoredFormat;
  readonly parts: readonly ShardTensor[];
  /** Throws UserError when its tensors do not belong together or can't be read. */
  read(): Promise<StoredTensor>;
}

export const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

export const bytesOf = ({ source, offset, bytes }: ShardTensor): Promise<Uint8Array<ArrayBuffer>> =>
  source.read(offset, bytes);

/** float32 values of a tensor in a float type. */
export async function floatsIn(tensor: ShardTensor): Promise<Float32Array<ArrayBuffer>> {
  const bytes = await bytesOf(tensor);
  if (tensor.dtype === 'F32') return new Float32Array(bytes.buffer);
  const out = new Float32Array(bytes.length / 2);
  decodeHalves(tensor.dtype === 'BF16' ? 'bf16' : 'f16', bytes, 0, out.length, out, 0);
  return out;
}

export const wordsIn = async (tensor: ShardTensor): Promise<Int32Array> =>
  new Int32Array((await bytesOf(tensor)).buffer);
