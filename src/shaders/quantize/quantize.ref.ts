// Reference of `quantize`: what is read as floats is quantised as bitsandbytes does. Codes are bits, so nothing of it is wider in float64.
import { BLOCK, quantise4 } from '../quant/blockwise4.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

export interface QuantizeArguments {
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly decode: { readonly format: WeightFormat };
  readonly words: Uint32Array;
  /** Bits of float32. */
  readonly largest: Uint32Array;
  readonly blocks: number;
  readonly first_block: number;
  readonly FP4: number;
}

export function quantizeReference(args: QuantizeArguments): void {
  const values = new Float32Array(args.blocks * BLOCK);
  decodeMember({
    ...{ words: args.w, scales: args.w_scales, format: args.decode.format, segment: 0, firstBlock: 0 },
    ...{ count: values.length, out: values, outAt: 0 },
  });
  const { packed, absmax } = quantise4(values, args.FP4 === 1 ? 'fp4' : 'nf4', false);
  args.words.set(new Uint32Array(packed.buffer), args.first_block * 8);
  args.largest.set(new Uint32Array(absmax.buffer), args.first_block);
}
