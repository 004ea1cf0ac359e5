// Reference of `dequantize`: float64 oracle, float32 CPU backend. Decodes member by member, transposing in tiles.
import type { FloatArray } from '../declaration.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

export interface DequantizeArguments {
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly decode: { readonly format: WeightFormat };
  readonly adapter: FloatArray;
  /** [K + RU, OUT] with TRANSPOSED, else [OUT + RU, K]; numbers, whatever `stored` makes of them on a GPU. */
  readonly scratch: FloatArray;
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  /** The first `count` are in use. */
  readonly segments: readonly SegmentNumbers[];
  readonly count: number;
  readonly TRANSPOSED: number;
}

const ROWS = 8;

export function dequantizeReference(args: DequantizeArguments): void {
  const { w: words, w_scales: scales, scratch, k, out } = args;
  const { format } = args.decode;
  const strip = new Float64Array(args.k * ROWS);
  args.segments.slice(0, args.count).forEach((segment, j) => {
    const { start, end } = segment;
    const member = { words, scales, format, segment: j, firstBlock: segment.first_block };
    if (args.TRANSPOSED === 0) {
      decodeMember({ ...member, count: (end - start) * k, out: scratch, outAt: start * k });
      return;
    }
    for (let o = start; o < end; o += ROWS) {
      const count = Math.min(ROWS, end - o);
      decodeMember({ ...member, first: (o - start) * k, count: count * k, out: strip, outAt: 0 });
      for (let p = 0; p < k; p++) {
        const to = p * out + o;
        for (let r = 0; r < count; r++) scratch[to + r] = strip[r * k + p] ?? 0;
      }
    }
  });
  if (args.ru > 0) appendAdapter(args);
}

function appendAdapter(args: DequantizeArguments): void {
  const { adapter, scratch, k, out } = args;
  const transposed = args.TRANSPOSED === 1;
  const width = transposed ? out : k;
  const height = transposed ? k : out;
  if (transposed) scratch.fill(0, height * width, (height + args.ru) * width);
  for (const segment of args.segments.slice(0, args.count)) {
    for (let r = 0; r < segment.rank; r++) {
      const row = (height + segment.u_column + r) * width;
      if (transposed) {
        for (let o = segment.start; o < segment.end; o++) {
          const b = adapter[segment.b_offset + (o - segment.start) * segment.rank + r] ?? 0;
          scratch[row + o] = segment.scale * b;
        }
      } else {
        for (let p = 0; p < k; p++) scratch[row + p] = adapter[segment.a_offset + r * k + p] ?? 0;
      }
    }
  }
}
