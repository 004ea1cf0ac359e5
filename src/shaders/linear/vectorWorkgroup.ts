// Declares the linear layer over a packed group for few rows, for adapters with many lanes: 16 bytes of weights a load, a column's sum
// shared by some of a workgroup. Narrower loads, for adapters with few: linear.ts.
import { defineKernel } from '../kernel.ts';
import { highestRank, segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import type { TileDecoder } from '../quant/tileDecoders.ts';
import { linearVectorReference } from './linear.ref.ts';
import source from './linear_vector_workgroup.wgsl?raw';

/** Rows that it takes at most. */
export const WORKGROUP_ROWS = 8;

/** Invocations of a column: enough that each fetches twice or so, a power of two. */
function lanesFor(k: number, { unit }: TileDecoder): number {
  const fetches = (2 * k) / unit;
  let lanes = 8;
  while (lanes < 64 && 2 * lanes < fetches) lanes *= 2;
  return lanes;
}

/** Whether K is a whole number of fetches. */
export const fitsWorkgroups = (k: number): boolean => k % 8 === 0;

/** Constants for a product of these sizes: one row, up to four, or up to eight. */
export function workgroupConstants(
  { n, k }: { readonly n: number; readonly k: number },
  tile: TileDecoder,
): Readonly<Record<'LANES' | 'PIECE' | 'VECTORS' | 'ONE_ROW', number>> {
  const own = { VECTORS: n <= 4 ? 1 : 2, ONE_ROW: n === 1 ? 1 : 0 };
  return { LANES: lanesFor(k, tile), PIECE: tile.unit / 2, ...own };
}

/** x [N, K], u [N, RU], residual [N, OUT] → y [N, OUT] for N up to WORKGROUP_ROWS and K a multiple of 8. */
export const linearVectorWorkgroup = defineKernel({
  name: 'linear_vector_workgroup',
  source,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['tile'],
  buffers: {
    x: 'read',
    w: 'read u32',
    w_scales: 'read u32',
    u: 'read',
    adapter: 'read',
    residual: 'read',
    y: 'read_write',
  },
  params: { segments: segmentArray, n: 'u32', k: 'u32', out: 'u32', ru: 'u32', count: 'u32' },
  constants: { HAS_RESIDUAL: 0, LANES: 16, PIECE: 32, VECTORS: 1, ONE_ROW: 0 },
  workgroups: ({ out }, { LANES }) => {
    const groups = Math.ceil((out * LANES) / 64);
    return [Math.min(groups, 32768), Math.ceil(groups / 32768), 1];
  },
  chain: ({ segments, k }, { LANES, PIECE }) =>
    Math.ceil(k / PIECE / LANES) + Math.ceil(highestRank(segments) / LANES) + LANES / 8 - 1,
  reference: ({ tile, ...rest }) => linearVectorReference({ ...rest, decode: tile }),
});
