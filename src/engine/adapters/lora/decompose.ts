// Initialisations that take the adapter out of the base: PiSSA and OLoRA leave W − s·B·A behind, LoftQ a base rounded to NF4 whose
// error the adapter makes up for. Source: PEFT 0.21 tuners/lora/layer.py pissa_init, olora_init, loftq_init; utils/loftq_utils.py.
import { dequantise4, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import type { Matrix } from './singular.ts';
import { firstOfQr, topSingular } from './singular.ts';

export type Decomposition = 'pissa' | 'olora' | 'loftq';

export const isDecomposition = (init: string): init is Decomposition =>
  init === 'pissa' || init === 'olora' || init === 'loftq';

export interface Decomposed {
  /** [r, in] */
  readonly a: Float32Array;
  /** [out, r] */
  readonly b: Float32Array;
  /** [out, in]: what stays frozen. */
  readonly base: Float32Array<ArrayBuffer>;
}

export interface DecomposeOptions {
  readonly out: number;
  readonly in: number;
  readonly r: number;
  readonly scaling: number;
  /** LoftQ: rounds of quantising and decomposing. */
  readonly loftqIter: number;
}

/** Rows times their factors, as A [r, in]; columns as B [out, r]. */
function factors(
  left: readonly Float64Array[],
  right: readonly Float64Array[],
  weightOf: (j: number) => readonly [left: number, right: number],
): { readonly a: Float32Array; readonly b: Float32Array } {
  const r = left.length;
  const [out, width] = [left[0]?.length ?? 0, right[0]?.length ?? 0];
  const a = new Float32Array(r * width);
  const b = new Float32Array(out * r);
  for (let j = 0; j < r; j++) {
    const [forLeft, forRight] = weightOf(j);
    right[j]?.forEach((value, i) => {
      a[j * width + i] = forRight * value;
    });
    left[j]?.forEach((value, o) => {
      b[o * r + j] = forLeft * value;
    });
  }
  return { a, b };
}

/** W − scale · B · A. */
function without(
  w: Float32Array,
  { a, b }: { readonly a: Float32Array; readonly b: Float32Array },
  { out, in: width, r }: DecomposeOptions,
  scale: number,
): Float32Array<ArrayBuffer> {
  const left = new Float32Array(w.length);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < r; j++) sum += (b[o * r + j] ?? 0) * (a[j * width + i] ?? 0);
      left[o * width + i] = (w[o * width + i] ?? 0) - scale * sum;
    }
  return left;
}

function bySingular(w: Float32Array, options: DecomposeOptions, divide: number) {
  const matrix: Matrix = { values: w, rows: options.out, columns: options.in };
  const { values, left, right } = topSingular(matrix, options.r);
  return factors(left, right, (j) => {
    const root = Math.sqrt((values[j] ?? 0) / divide);
    return [root, root];
  });
}

/** A, B and the base of one projection W [out, in]. */
export function decompose(kind: Decomposition, w: Float32Array, options: DecomposeOptions): Decomposed {
  const { scaling } = options;
  if (kind === 'pissa') {
    const pair = bySingular(w, options, scaling);
    return { ...pair, base: without(w, pair, options, scaling) };
  }
  if (kind === 'olora') {
    const { q, r } = firstOfQr({ values: w, rows: options.out, columns: options.in }, options.r);
    const pair = factors(q, r, () => [1, 1]);
    return { ...pair, base: without(w, pair, options, scaling) };
  }
  // Scaling is not divided out: LoftQ takes it for 1.
  let rest: Float32Array = w;
  for (let round = 1; ; round++) {
    const base = new Float32Array(dequantise4(quantise4(rest, 'nf4', false), 'nf4', w.length));
    const error = w.map((value, i) => value - (base[i] ?? 0));
    const pair = bySingular(error, options, 1);
    if (round >= options.loftqIter) return { ...pair, base };
    rest = without(w, pair, options, 1);
  }
}
