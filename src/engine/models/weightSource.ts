// Where weights come from: tensors by PyTorch name, in the form their file holds them, read one at a time.

import type { FourBitType, Quantised4 } from '../../shaders/quant/blockwise4.ts';
import { dequantise4, fourBitType } from '../../shaders/quant/blockwise4.ts';
import { decodeFile } from '../../shaders/quant/ggml.ts';
import type { FourBitFormat, MemberFormat } from '../../shaders/quant/weightFormat.ts';

/** What a file may hold a tensor in. */
export type StoredFormat = MemberFormat | FourBitFormat;

/** As bytes of float32 or of blocks, or as bitsandbytes quantised it. */
export type StoredTensor =
  | {
      readonly format: MemberFormat;
      /** The reader's own from then on. */
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** Elements. */
      readonly count: number;
    }
  | { readonly format: FourBitFormat; readonly quantised: Quantised4; readonly count: number };

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
export function floatsOf(stored: StoredTensor): Float32Array<ArrayBuffer> {
  const { count } = stored;
  if ('quantised' in stored) return dequantise4(stored.quantised, fourBitType(stored.format), count);
  const { format, bytes } = stored;
  if (format !== 'none') return decodeFile(format, bytes, count);
  // As they stand where they may: a table can be most of a model.
  return bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
    : new Float32Array(bytes.slice().buffer);
}
