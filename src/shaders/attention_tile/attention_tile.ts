// Declares attention and its gradient in tiles of workgroup memory: for GPUs, which have more invocations than a step has queries and
// heads. The same numbers and the same masks as ../attention/, whose references these are. Source: Dao, FlashAttention-2, 2023; parts
// along a cache: Dao et al., Flash-Decoding, 2023.
import {
  attention,
  attentionBackwardKv,
  attentionBackwardQ,
  attentionParams,
  seenSnippet,
} from '../attention/attention.ts';
import { dropoutSnippet } from '../dropout/dropout.ts';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import {
  attentionTileBackwardKvReference,
  attentionTileBackwardQReference,
  attentionTileJoinKvReference,
  attentionTileJoinReference,
  attentionTileReference,
  partsOf,
  TILE,
} from './attention_tile.ref.ts';
import source from './attention_tile.wgsl?raw';
import kvSource from './attention_tile_backward_kv.wgsl?raw';
import qSource from './attention_tile_backward_q.wgsl?raw';
import joinSource from './attention_tile_join.wgsl?raw';
import joinKvSource from './attention_tile_join_kv.wgsl?raw';
import tile from './tile.wgsl?raw';
import tilePlace from './tile_place.wgsl?raw';
import shape from './tile_shape.wgsl?raw';

export { partsOf };

/** Rows of the left tile that one invocation of a column has: the tile has sixteen times as many. */
export type TileRows = 1 | 2 | 4;
const LANES = 16;

const params = {
  ...attentionParams,
  stretch: 'u32',
  chunks: 'u32',
  chunk: 'u32',
  stages: 'u32',
  stage: 'u32',
} as const;

/** Widest head that the tiles hold. */
export const WIDEST_HEAD = 256;

/** Rows of whole heads that workgroup memory holds at once. */
function stageOf(d: number): number {
  let stage = TILE;
  while (stage > 4 && stage * Math.ceil(d / 32) > TILE) stage /= 2;
  return stage;
}

/** Bounds of loops that are said when a kernel runs. */
export const tileBounds = (d: number) =>
  ({ chunks: Math.ceil(d / 32), chunk: 8, stages: TILE / stageOf(d), stage: stageOf(d) }) as const;

/** What follows from the width of a head and the rows of an invocation. */
export function tileConstants(d: number, rows: TileRows) {
  const [columns, stage] = [Math.ceil(d / 32), stageOf(d)];
  return {
    D: d,
    ROWS: rows,
    COLUMNS: columns,
    STAGE: stage,
    SUMS: rows * columns,
  } as const;
}

const constants = {
  ...gridConstants,
  ...tileConstants(32, 4),
  HAS_DOCUMENTS: 0,
  HAS_DROPOUT: 0,
  ROLLED: 0,
} as const;

const snippets = [stepSnippet, dropoutSnippet, shape, seenSnippet, tilePlace, tile];

interface Shape {
  readonly batch: number;
  readonly t_q: number;
  readonly t_k: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly window: number;
  readonly stretch: number;
}

const groupOf = ({ heads, kv_heads }: Shape): number => heads / kv_heads;

/** Most tiles of keys that a workgroup walks: all, or what its queries' windows cover. */
function mostTiles(given: Shape, { ROWS }: { readonly ROWS: number }): number {
  const { t_k, window, stretch } = given;
  const all = Math.min(Math.ceil(t_k / TILE), stretch);
  if (window === 0) return all;
  const queries = Math.ceil((ROWS * LANES - 1) / groupOf(given)) + 1;
  return Math.min(all, Math.ceil((window + queries - 1) / TILE) + 1);
}

/** Most tiles of columns that a workgroup walks. */
function mostColumnTiles(given: Shape, { ROWS }: { readonly ROWS: number }): number {
  const { t_q, window, stretch } = given;
  const all = Math.min(Math.ceil((t_q * groupOf(given)) / TILE), stretch);
  if (window === 0) return all;
  return Math.min(all, Math.ceil(((ROWS * LANES + window - 1) * groupOf(given)) / TILE) + 1);
}

/** As `attention`: parts of `stretch` tiles of keys leave their own o [parts, B·Tq, H·D] and lse [parts, B·Tq, H]. */
export const attentionTile = defineKernel({
  name: 'attention_tile',
  source,
  snippets,
  buffers: attention.buffers,
  params,
  constants,
  workgroups: ({ batch, t_q, t_k, heads, kv_heads, stretch }, { ROWS }) => [
    Math.ceil((t_q * (heads / kv_heads)) / (ROWS * LANES)),
    batch * kv_heads,
    partsOf(t_k, stretch),
  ],
  chain: mostTiles,
  reference: attentionTileReference,
});

/** As `attention_backward_q`, in one part. */
export const attentionTileBackwardQ = defineKernel({
  name: 'attention_tile_backward_q',
  source: qSource,
  snippets,
  buffers: attentionBackwardQ.buffers,
  params,
  constants,
  workgroups: ({ batch, t_q, heads, kv_heads }, { ROWS }) => [
    Math.ceil((t_q * (heads / kv_heads)) / (ROWS * LANES)),
    batch * kv_heads,
    1,
  ],
  chain: mostTiles,
  reference: attentionTileBackwardQReference,
});

/** As `attention_backward_kv`; with PARTS dqkv is [parts, N, G, 2, D], a part of `stretch` tiles of columns. */
export const attentionTileBackwardKv = defineKernel({
  name: 'attention_tile_backward_kv',
  source: kvSource,
  snippets,
  buffers: attentionBackwardKv.buffers,
  params,
  constants: { ...constants, PARTS: 0 },
  workgroups: ({ batch, t_q, t_k, heads, kv_heads, stretch }, { ROWS }) => [
    Math.ceil(t_k / (ROWS * LANES)),
    batch * kv_heads,
    partsOf((t_q * heads) / kv_heads, stretch),
  ],
  chain: mostColumnTiles,
  reference: attentionTileBackwardKvReference,
});

/** part_o [parts, rows, D], part_lse [parts, rows] → o, lse, of `rows` pairs of a query and a head. */
export const attentionTileJoin = defineKernel({
  name: 'attention_tile_join',
  source: joinSource,
  buffers: { part_o: 'read', part_lse: 'read', o: 'read_write', lse: 'read_write' },
  params: { rows: 'u32', parts: 'u32' },
  constants: { ...gridConstants, D: 32 },
  workgroups: ({ rows }, { D }) => flatGrid((rows * D) / 4),
  chain: ({ parts }) => 2 * parts,
  reference: attentionTileJoinReference,
});

/** parts_kv [parts, N, G, 2, D] → dk and dv in their columns of dqkv. */
export const attentionTileJoinKv = defineKernel({
  name: 'attention_tile_join_kv',
  source: joinKvSource,
  buffers: { parts_kv: 'read', dqkv: 'read_write' },
  params: {
    rows: 'u32',
    parts: 'u32',
    kv_heads: 'u32',
    k_stride: 'u32',
    k_offset: 'u32',
    v_stride: 'u32',
    v_offset: 'u32',
  },
  constants: { ...gridConstants, D: 32 },
  workgroups: ({ rows, kv_heads }, { D }) => flatGrid((rows * kv_heads * 2 * D) / 4),
  chain: ({ parts }) => parts,
  reference: attentionTileJoinKvReference,
});
