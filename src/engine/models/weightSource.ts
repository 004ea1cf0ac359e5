// Where weights come from: tensors by PyTorch name, in the form their file holds them, read one at a time.

import type { FourBitType } from '../../shaders/quant/blockwise4.ts';
import { decodeFile } from '../../shaders/quant/ggml.ts';
import type { MemberFormat } from '../../shaders/quant/weightFormat.ts';

/** float32, or a block format of ggml. */
export type StoredFormat = MemberFormat;

export interface StoredTensor {
  readonly format: StoredFormat;
  readonly bytes: Uint8Array;
  /** Elements. */
  readonly count: number;
}

export interface WeightSource {
  /** Known without reading; null when there is no such tensor. */
  formatOf(name: string): StoredFormat | null;
  /** Throws UserError when the tensor is missing, of another shape, or can't be read. */
  read(name: string, shape: readonly number[]): Promise<StoredTensor>;
}

export interface WeightOptions {
  /** Re-quantise the layers' projections on load; null keeps them as the file has them. */
  readonly quantType: FourBitType | null;
  readonly doubleQuant: boolean;
}

/** float32 values of a tensor. */
export function floatsOf({ format, bytes, count }: StoredTensor): Float32Array<ArrayBuffer> {
  if (format !== 'none') return decodeFile(format, bytes, count);
  return new Float32Array(bytes.slice().buffer);
}
