// Block-wise 4-bit quantisation as bitsandbytes' CPU backend computes it, bit for bit: blocks of 64 over the flattened
// tensor, scaled by 1/absmax, nearest code with ties down, high nibble first. Source: bitsandbytes 0.50.2
// backends/default/ops.py and functional.py.
import { dynamicMap, FP4_CODE, NF4_CODE } from './codebooks.ts';
import { torchSum } from './torchSum.ts';
import type { FourBitFormat } from './weightFormat.ts';

export type FourBitType = 'nf4' | 'fp4';

export const isFourBit = (format: string): format is FourBitFormat => /^(nf4|fp4)(-double)?$/.test(format);

export const fourBitType = (format: FourBitFormat): FourBitType => (format.startsWith('nf4') ? 'nf4' : 'fp4');

export const BLOCK = 64;
export const NESTED_BLOCK = 256;

export interface DoubleQuantised {
  /** 8-bit codes of (absmax − offset), one a block. */
  readonly codes: Uint8Array;
  /** f32 absmax of every 256 blocks. */
  readonly nested: Float32Array;
  readonly offset: number;
  /** What a file's own codes stand for, where it says so; else dynamicMap(). */
  readonly map?: Float32Array;
}

export interface Quantised4 {
  /** [ceil(n/2)]: element 2i in the high nibble of byte i. */
  readonly packed: Uint8Array;
  /** f32 scale of each block of 64. With double quantisation: as restored. */
  readonly absmax: Float32Array;
  readonly double: DoubleQuantised | null;
}

const f32 = Math.fround;
const codeOf = { nf4: NF4_CODE, fp4: FP4_CODE } as const;

/** Codes in ascending order of value (ties by code) and the midpoints between neighbours, both f32. */
export function ranking(type: FourBitType): { readonly order: Uint8Array; readonly bounds: Float32Array } {
  const code = codeOf[type];
  const order = Uint8Array.from(code.keys()).sort((a, b) => (code[a] ?? 0) - (code[b] ?? 0) || a - b);
  const bounds = Float32Array.from(
    { length: order.length - 1 },
    (_, i) => f32((code[order[i] ?? 0] ?? 0) + (code[order[i + 1] ?? 0] ?? 0)) / 2,
  );
  return { order, bounds };
}

/** Index of the nearest of ascending values: the number of midpoints strictly below x. */
function rank(bounds: Float32Array, x: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x > (bounds[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cells of [−1, 1] in which a search begins. */
const CELLS = 512;

/** For every cell of [−1, 1] the midpoints below the cell before it, so that no rounding of a place passes one. */
function firstRanks(bounds: Float32Array): Uint8Array {
  return Uint8Array.from({ length: CELLS + 1 }, (_, cell) => rank(bounds, (2 * (cell - 1)) / CELLS - 1));
}

/** `rank` of a value in [−1, 1] from where its cell begins: of 4-bit codes at most a step or two. */
function rankFrom(first: Uint8Array, bounds: Float32Array, x: number): number {
  let low = first[((x + 1) * (CELLS / 2)) | 0] ?? 0;
  while (x > (bounds[low] ?? Number.POSITIVE_INFINITY)) low++;
  return low;
}

function absmaxOf(values: ArrayLike<number>, start: number, end: number): number {
  let max = 0;
  for (let i = start; i < end; i++) max = Math.max(max, Math.abs(values[i] ?? 0));
  return max;
}

/** The scales of a tensor in two levels. */
export function doubleQuantise(absmax: Float32Array): DoubleQuantised {
  const map = dynamicMap();
  const bounds = Float32Array.from({ length: 255 }, (_, i) => f32((map[i] ?? 0) + (map[i + 1] ?? 0)) / 2);
  const offset = f32(torchSum(absmax) / absmax.length);
  const codes = new Uint8Array(absmax.length);
  const nested = new Float32Array(Math.ceil(absmax.length / NESTED_BLOCK));
  const centred = absmax.map((value) => value - offset);
  for (let block = 0; block < nested.length; block++) {
    const start = block * NESTED_BLOCK;
    const end = Math.min(start + NESTED_BLOCK, absmax.length);
    const max = absmaxOf(centred, start, end);
    nested[block] = max;
    const [inverse, whole] = [f32(1 / max), end - start === NESTED_BLOCK];
    for (let i = start; i < end; i++) codes[i] = rank(bounds, scaled(centred[i] ?? 0, max, inverse, whole));
  }
  return { codes, nested, offset };
}

/** A reciprocal multiply in whole blocks, a division in a ragged last one; zero blocks give zero. */
function scaled(value: number, max: number, inverse: number, whole: boolean): number {
  if (max === 0) return 0;
  const result = f32(whole ? value * inverse : value / max);
  return result > 1 ? 1 : result < -1 ? -1 : result;
}

/** The f32 scales that two levels stand for. */
export function restoreAbsmax(double: DoubleQuantised): Float32Array {
  const map = double.map ?? dynamicMap();
  return Float32Array.from(double.codes, (code, i) =>
    f32(f32((map[code] ?? 0) * (double.nested[i >> 8] ?? 0)) + double.offset),
  );
}

/** Quantises a flattened tensor. */
export function quantise4(values: Float32Array, type: FourBitType, doubleQuant: boolean): Quantised4 {
  const { order, bounds } = ranking(type);
  const first = firstRanks(bounds);
  const blocks = Math.ceil(values.length / BLOCK);
  const absmax = new Float32Array(blocks);
  const packed = new Uint8Array(Math.ceil(values.length / 2));
  const zero = order[rank(bounds, 0)] ?? 0;
  for (let block = 0; block < blocks; block++) {
    const start = block * BLOCK;
    const end = Math.min(start + BLOCK, values.length);
    const max = absmaxOf(values, start, end);
    absmax[block] = max;
    const [inverse, whole] = [f32(1 / max), end - start === BLOCK];
    for (let i = start; i < end; i++) {
      const code = order[rankFrom(first, bounds, scaled(values[i] ?? 0, max, inverse, whole))] ?? 0;
      packed[i >> 1] = (packed[i >> 1] ?? 0) | (i % 2 === 0 ? code << 4 : code);
    }
  }
  if (values.length % 2 === 1) packed[packed.length - 1] = (packed[packed.length - 1] ?? 0) | zero;
  if (!doubleQuant) return { packed, absmax, double: null };
  const double = doubleQuantise(absmax);
  return { packed, absmax: restoreAbsmax(double), double };
}

/** code[q] · absmax[block] in f32. */
export function dequantise4(
  quantised: Quantised4,
  type: FourBitType,
  count: number,
): Float32Array<ArrayBuffer> {
  const code = codeOf[type];
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const byte = quantised.packed[i >> 1] ?? 0;
    const q = i % 2 === 0 ? byte >> 4 : byte & 15;
    out[i] = (code[q] ?? 0) * (quantised.absmax[Math.floor(i / BLOCK)] ?? 0);
  }
  return out;
}
