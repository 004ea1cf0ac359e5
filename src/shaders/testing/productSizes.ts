// Test-only: how large the sums of a product with a packed group are, for the bounds of their rounding.
import { dequantizeCall } from '../dequantize/dequantize.ts';
import { matmulCall } from '../matmul/matmul.ts';
import { decoder } from '../quant/decoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import type { TestGroup } from './groups.ts';
import { runMagnitudes, runReferences } from './references.ts';

type Floats = Float32Array<ArrayBuffer>;

/** Sizes of the sums of one product: its terms' absolute values, added up. */
export function productSizes(
  { k, out, ru, segments, packed, adapter }: TestGroup,
  format: WeightFormat,
  n: number,
  forward: boolean,
  operands: { readonly a: Floats; readonly u: Floats; readonly residual: Floats },
): Float64Array {
  const [inner, outer] = forward ? [k, out] : [out, k];
  const arrays = {
    ...{ ...operands, adapter, w: packed.words, w_scales: packed.scales },
    b: new Float32Array((inner + ru) * outer),
    y: new Float32Array(n * outer),
  };
  const decoding = { w: 'w', w_scales: 'w_scales', adapter: 'adapter', scratch: 'b' };
  const decode = decoder(format);
  const decoded = dequantizeCall({ buffers: decoding, decode, segments, k, out, ru, transposed: forward });
  const b = Float32Array.from(runReferences(arrays, [decoded]).b);
  const buffers = { a: 'a', u: 'u', b: 'b', residual: 'residual', y: 'y' };
  const product = matmulCall({ buffers, n, k: inner, m: outer, ru, adds: 'residual', block: 'narrow' });
  return runMagnitudes({ ...arrays, b }, [product]).y;
}
