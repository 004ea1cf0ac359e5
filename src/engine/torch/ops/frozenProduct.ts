// Products with a frozen, packed group of projections, and with its adapters where they ride along: which dispatches they
// take under a profile. Knows no tape: refs come from the operations.
import { dequantizeCall, fitsVectors } from '../../../shaders/dequantize/dequantize.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import type { SegmentNumbers } from '../../../shaders/lib/segments.ts';
import { fitsTiles, partsFloats, tiledCalls } from '../../../shaders/linear/tiled.ts';
import type { Tile } from '../../../shaders/linear/tileProduct.ts';
import { matmulCall } from '../../../shaders/matmul/matmul.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { wordsPerBlock } from '../../../shaders/quant/packing.ts';
import type { WeightFormat } from '../../../shaders/quant/weightFormat.ts';
import type { LinearVariant } from '../autograd/kernelVariants.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';
import { forRows } from '../autograd/rowClasses.ts';
import { fewRowsCall, takesFewRows } from './fewRows.ts';

export interface FrozenGroup {
  readonly k: number;
  readonly out: number;
  readonly segments: readonly SegmentNumbers[];
  /** Name of the buffer of packed weights; its scales are `<name>.scales`. */
  readonly weights: string;
  readonly format: WeightFormat;
  /** Blocks of 64 of the buffer that are bound, where the whole would not be; first_block counts from the first of them. */
  readonly part?: { readonly firstBlock: number; readonly blocks: number };
}

/** A binding may begin at multiples of 256 bytes: where a multiple of this many blocks does, whatever a block or four of them take in words. */
const PART_BLOCKS = 256;

/** Rows of K elements after which a part of a table may begin. */
export function partRows(k: number): number {
  let rows = 1;
  while ((rows * k) % (64 * PART_BLOCKS) !== 0) rows *= 2;
  return rows;
}

/** Whether a table can't be bound whole, but its format lets a part of it be. */
export function needsParts({ k, out, format }: FrozenGroup, { maxBindingBytes }: KernelProfile): boolean {
  const per = wordsPerBlock(format);
  return per !== null && ((k * out) / 64) * per.words * 4 > maxBindingBytes;
}

/** Weights and scales of a table or a group, or the part of them that is bound. */
export function weightRefs({
  weights,
  format,
  part,
}: Pick<FrozenGroup, 'weights' | 'format' | 'part'>): Record<'w' | 'w_scales', Ref> {
  const scales = `${weights}.scales`;
  const per = part ? wordsPerBlock(format) : null;
  if (!part || !per)
    return { w: { buffer: weights }, w_scales: format === 'none' ? DUMMY : { buffer: scales } };
  const range = (buffer: string, words: number): Ref => ({
    buffer,
    offset: part.firstBlock * words,
    size: part.blocks * words,
  });
  return { w: range(weights, per.words), w_scales: per.scales === 0 ? DUMMY : range(scales, per.scales) };
}

export const DUMMY: Ref = { buffer: 'dummy' };
const SCRATCH: Ref = { scratch: 0 };

/** Packed weights and the adapter, as every variant binds them. `ru` 0: no adapter. */
function packedRefs(group: FrozenGroup, ru: number): Record<'w' | 'w_scales' | 'adapter', Ref> {
  return { ...weightRefs(group), adapter: ru > 0 ? { buffer: 'adapter' } : DUMMY };
}

/** Rows of a table that one binding holds, a multiple of where the next part may begin. */
export function rowsThatFit({ k, format }: FrozenGroup, { maxBindingBytes }: KernelProfile): number {
  const step = partRows(k);
  const rowBytes = (k / 64) * (wordsPerBlock(format)?.words ?? 64) * 4;
  return Math.max(step, Math.floor(maxBindingBytes / rowBytes / step) * step);
}

/** What scratch holds of a group under a profile. */
export const storedOf = (group: FrozenGroup, { stored = 'f32' }: KernelProfile): 'f32' | 'f16' =>
  fitsVectors(group.k, group.segments) ? stored : 'f32';

/** Decodes a group to scratch slot 0: [K + RU, OUT] transposed, else [OUT + RU, K]. */
export function decodeCall(
  group: FrozenGroup,
  profile: KernelProfile,
  ru: number,
  transposed: boolean,
): KernelCall<Ref> {
  const { k, out, segments, format } = group;
  const buffers = { ...packedRefs(group, ru), scratch: SCRATCH };
  const stored = storedOf(group, profile);
  return dequantizeCall<Ref>({ buffers, decode: decoder(format), segments, k, out, ru, transposed, stored });
}

/** Operands of one product: [N, K] · Wᵀ or [N, OUT] · W. */
export interface Operands<R> {
  readonly left: R;
  /** u forward, du backward; null without an adapter. */
  readonly tail: R | null;
  readonly residual: R | null;
  readonly result: R;
}

/** The kernel of a product of n rows under a profile. */
const linearFor = ({ linear }: KernelProfile, n: number): LinearVariant => forRows(linear, n);

/** Blocks of the product with what was decoded. */
export const blockOf = (profile: KernelProfile, n: number): 'narrow' | 'wide' =>
  linearFor(profile, n) === 'wide' ? 'wide' : 'narrow';

/** Rows and columns of the tiles that a profile wants; null where it wants none, or the widths don't fit them. */
export function tileOf(group: FrozenGroup, profile: KernelProfile, n: number, forward: boolean): Tile | null {
  const linear = linearFor(profile, n);
  if (linear === 'narrow' || linear === 'wide' || !fitsTiles(group, forward)) return null;
  return linear === 'tiled64' ? 64 : 128;
}

/** Floats of scratch slot 0 that a product of `n` rows needs: parts of its sum, or the group decoded. */
export function productScratch(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  ru: number,
  forward: boolean,
): readonly number[] {
  if (forward && takesFewRows(group, profile, n)) return [];
  const tile = tileOf(group, profile, n, forward);
  if (tile === null) return [forward ? (group.k + ru) * group.out : (group.out + ru) * group.k];
  const parts = partsFloats(group, n, tile, forward);
  return parts > 0 ? [parts] : [];
}

/** y [N, OUT] = [x | u] [W | sB]ᵀ (+ residual), or dx [N, K] = [dy | du] [W ; A] (+ residual). */
function productCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  ru: number,
  refs: Operands<Ref>,
  forward: boolean,
): KernelCall<Ref>[] {
  const { left, residual, result } = refs;
  const tail = refs.tail ?? DUMMY;
  const tile = tileOf(group, profile, n, forward);
  if (tile !== null) {
    const packed = packedRefs(group, ru);
    const operands = { left, tail, residual, result, packed, scratch: SCRATCH, dummy: DUMMY };
    return tiledCalls<Ref>({ group, n, ru, tile, forward, ...operands });
  }
  const [k, m] = forward ? [group.k, group.out] : [group.out, group.k];
  return [
    decodeCall(group, profile, ru, forward),
    matmulCall<Ref>({
      buffers: { a: left, u: tail, b: SCRATCH, residual: residual ?? DUMMY, y: result },
      ...{ n, k, m, ru },
      adds: residual ? 'residual' : 'nothing',
      block: blockOf(profile, n),
      stored: storedOf(group, profile),
    }),
  ];
}

/** y [N, OUT] = [x | u] [W | sB]ᵀ (+ residual). */
export function forwardCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  ru: number,
  refs: Operands<Ref>,
): KernelCall<Ref>[] {
  if (!takesFewRows(group, profile, n)) return productCalls(group, profile, n, ru, refs, true);
  const [u, residual] = [refs.tail ?? DUMMY, refs.residual ?? DUMMY];
  const buffers = { ...packedRefs(group, ru), x: refs.left, u, residual, y: refs.result };
  return [fewRowsCall(group, profile, { n, ru, hasResidual: refs.residual !== null }, buffers)];
}

/** dx [N, K] = [dy | du] [W ; A] (+ residual). */
export function backwardCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  ru: number,
  refs: Operands<Ref>,
): KernelCall<Ref>[] {
  return productCalls(group, profile, n, ru, refs, false);
}
