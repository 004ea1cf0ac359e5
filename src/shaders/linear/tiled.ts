// Declares the linear layer over a packed group with weights decoded inside workgroup tiles, both ways, and the addition of its parts where the
// sum is split over workgroups: the variants for adapters with many thousand lanes. `tiledForward` and `tiledBackward` say which dispatches
// a product takes. Few rows, and devices without fast workgroup memory, have other kernels (linear.ts; `dequantize` and `matmul`).
import { flatGrid, gridConstants } from '../host/grid.ts';
import type { Kernel, KernelCall } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { segmentArray, segmentSnippet } from '../lib/segments.ts';
import type { Decoder } from '../quant/decoders.ts';
import { tileDecoder } from '../quant/tileDecoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import backwardSource from './linear_backward_tiled.wgsl?raw';
import partsSource from './linear_parts.wgsl?raw';
import source from './linear_tiled.wgsl?raw';
import tileSource from './tile.wgsl?raw';
import { linearBackwardTiledReference, linearPartsReference, linearTiledReference } from './tiled.ref.ts';
import type { Tile } from './tileProduct.ts';
import { stepOf, tileProduct } from './tileProduct.ts';

const params = {
  segments: segmentArray,
  n: 'u32',
  k: 'u32',
  out: 'u32',
  ru: 'u32',
  count: 'u32',
  part: 'u32',
  fours: 'u32',
  adds: 'u32',
} as const;
const constants = { TILE: 64, THREADS: 128, STEP: 16 } as const;
const packed = { w: 'read u32', w_scales: 'read u32' } as const;

interface Sizes {
  readonly n: number;
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  readonly part: number;
}
type Constants = Readonly<Record<keyof typeof constants, number>>;

const workgroups = (n: number, columns: number, sum: number, part: number, tile: number) =>
  [Math.ceil(columns / tile), Math.ceil(n / tile), Math.ceil(sum / part)] as const;
/** Steps of the sum and of the adapter's columns. */
const chain = ({ ru, part }: Sizes, { STEP }: Constants): number => part / STEP + Math.ceil(ru / STEP);

/** x [N, K], u [N, RU], residual [N, OUT] → y [PARTS, N, OUT]. K is a multiple of 8. */
export const linearTiled = defineKernel({
  name: 'linear_tiled',
  source,
  snippets: [segmentSnippet, tileSource],
  slots: ['tile'],
  buffers: { x: 'read', ...packed, u: 'read', adapter: 'read', residual: 'read', y: 'read_write' },
  params,
  constants,
  workgroups: ({ n, out, k, part }, { TILE }) => workgroups(n, out, k, part, TILE),
  chain,
  reference: linearTiledReference,
});

/** dy [N, OUT], du [N, RU], residual [N, K] → dx [PARTS, N, K]. K is a multiple of 8, OUT of 4. */
export const linearBackwardTiled = defineKernel({
  name: 'linear_backward_tiled',
  source: backwardSource,
  snippets: [segmentSnippet, tileSource],
  slots: ['tile'],
  buffers: { dy: 'read', ...packed, du: 'read', adapter: 'read', residual: 'read', dx: 'read_write' },
  params,
  constants,
  workgroups: ({ n, out, k, part }, { TILE }) => workgroups(n, k, out, part, TILE),
  chain,
  reference: linearBackwardTiledReference,
});

/** parts [TERMS, SIZE], residual [SIZE] → y [SIZE]. */
export const linearParts = defineKernel({
  name: 'linear_parts',
  source: partsSource,
  buffers: { parts: 'read', residual: 'read', y: 'read_write' },
  params: { size: 'u32', terms: 'u32' },
  constants: { ...gridConstants, HAS_RESIDUAL: 0 },
  workgroups: ({ size }) => flatGrid(size),
  chain: ({ terms }) => terms,
  reference: linearPartsReference,
});

/** Decoder and inner product of a tile, for the slot `tile`; `forward`: the sum runs along the packed words, else across them. */
export function tileCode(
  format: WeightFormat,
  k: number,
  tile: Tile,
  forward: boolean,
  rolled = false,
): Decoder {
  const [decode, product] = [tileDecoder(format, k, forward), tileProduct(tile, rolled)];
  const key = `${decode.key}-${product.key}`;
  return { key, format, source: decode.source + product.source };
}

export interface TiledGroup {
  readonly k: number;
  readonly out: number;
  readonly segments: readonly SegmentNumbers[];
  readonly format: WeightFormat;
}

/** Whether the tiled kernels take a group: their vectors want widths that they divide. */
export const fitsTiles = ({ k, out }: Pick<TiledGroup, 'k' | 'out'>, forward: boolean): boolean =>
  k % 8 === 0 && (forward || out % 4 === 0);

/** Invocations from which a device is taken to be busy. */
const BUSY = 65_536;
/** Of a sum, that are worth a workgroup of their own; and the most steps that one workgroup takes in a row. */
const LEAST_PART = 128;
const MOST_STEPS = 448;

/** How much of its sum a workgroup takes, a multiple of what an invocation's fetch is enough for. */
function partOf(group: TiledGroup, n: number, tile: Tile, forward: boolean): number {
  const { k, out, format } = group;
  const [columns, sum] = forward ? [out, k] : [k, out];
  const { unit } = tileDecoder(format, k, forward);
  const invocations = Math.ceil(columns / tile) * Math.ceil(n / tile) * 2 * tile;
  const wanted = Math.min(Math.ceil(BUSY / invocations), Math.floor(sum / LEAST_PART));
  const parts = Math.max(1, wanted, Math.ceil(sum / stepOf(tile) / MOST_STEPS));
  return Math.ceil(sum / parts / unit) * unit;
}

/** Floats of the parts of a product; 0 where its sum is not split. */
export function partsFloats(group: TiledGroup, n: number, tile: Tile, forward: boolean): number {
  const [columns, sum] = forward ? [group.out, group.k] : [group.k, group.out];
  const parts = Math.ceil(sum / partOf(group, n, tile, forward));
  return parts > 1 ? parts * n * columns : 0;
}

export interface TiledProduct<Ref> {
  readonly group: TiledGroup;
  readonly n: number;
  /** 0: no adapter. */
  readonly ru: number;
  readonly tile: Tile;
  readonly forward: boolean;
  readonly packed: Readonly<Record<'w' | 'w_scales' | 'adapter', Ref>>;
  /** x and u, or dy and du. */
  readonly left: Ref;
  readonly tail: Ref;
  readonly residual: Ref | null;
  readonly result: Ref;
  /** Room for the parts. */
  readonly scratch: Ref;
  /** What stands where nothing is bound. */
  readonly dummy: Ref;
  /** The inner product in a loop: named register by register it takes a software adapter's compiler ten seconds. For tests. */
  readonly rolled?: boolean;
}

type RefsOf<K extends Pick<Kernel, 'buffers'>, Ref> = Readonly<Record<keyof K['buffers'], Ref>>;

/** y = [x | u] [W | s B]ᵀ (+ residual), or dx = [dy | du] [W ; A] (+ residual). */
export function tiledCalls<Ref>(product: TiledProduct<Ref>): KernelCall<Ref>[] {
  const { group, n, ru, tile, forward, packed: bound, left, tail, result, scratch, dummy } = product;
  const { k, out, segments, format } = group;
  const [columns, sum] = forward ? [out, k] : [k, out];
  const part = partOf(group, n, tile, forward);
  const parts = Math.ceil(sum / part);
  const STEP = stepOf(tile);
  const adds = parts === 1 && product.residual ? 1 : 0;
  const options = {
    params: { segments, n, k, out, ru, count: segments.length, part, fours: STEP / 4, adds },
    constants: { TILE: tile, THREADS: 2 * tile, STEP },
    slots: { tile: tileCode(format, k, tile, forward, product.rolled) },
  };
  const residual = product.residual ?? dummy;
  const shared = { ...bound, residual: parts > 1 ? dummy : residual };
  const to = parts > 1 ? scratch : result;
  const there: RefsOf<typeof linearTiled, Ref> = { ...shared, x: left, u: tail, y: to };
  const back: RefsOf<typeof linearBackwardTiled, Ref> = { ...shared, dy: left, du: tail, dx: to };
  const main: KernelCall<Ref> = forward
    ? call(linearTiled, { ...options, buffers: there })
    : call(linearBackwardTiled, { ...options, buffers: back });
  if (parts === 1) return [main];
  const buffers: RefsOf<typeof linearParts, Ref> = { parts: scratch, residual, y: result };
  const added = {
    params: { size: n * columns, terms: parts },
    constants: { HAS_RESIDUAL: product.residual ? 1 : 0 },
  };
  const adding: KernelCall<Ref> = call(linearParts, { ...added, buffers });
  return [main, adding];
}
