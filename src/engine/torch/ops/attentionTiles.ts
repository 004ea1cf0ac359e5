// How attention in tiles is shared out: rows of a tile, and parts along keys or columns where queries and heads alone would leave most of a
// GPU idle. Knows the shape of a call and nothing of tapes; the row variant stands in attention.ts.
import {
  attentionTile,
  attentionTileBackwardKv,
  attentionTileBackwardQ,
  attentionTileJoin,
  attentionTileJoinKv,
  partsOf,
  type TileRows,
  tileBounds,
  tileConstants,
  WIDEST_HEAD,
} from '../../../shaders/attention_tile/attention_tile.ts';
import type { KernelCall, ParamValues } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';

/** What every attention kernel is told, the tiles' stretch apart. */
export type AttentionNumbers = Omit<
  ParamValues<typeof attentionTile.params>,
  'stretch' | keyof ReturnType<typeof tileBounds>
>;

interface TileKind {
  readonly ROLLED: 0 | 1;
}

interface TileConstants extends TileKind {
  readonly D: number;
  readonly HAS_DOCUMENTS: number;
  readonly HAS_DROPOUT: number;
}

interface Tiling {
  readonly rows: TileRows;
  /** Tiles of 32 keys or columns that a part takes. */
  readonly stretch: number;
  readonly parts: number;
}

/** Workgroups of 128 that keep a large GPU's multiprocessors at work, and so many that each has several. */
const BUSY = 128;
const FULL = 512;
const MOST_PARTS = 32;
/** A second dispatch is worth it where it spares at least so many tiles in a row. */
const WORTH_PARTS = 4;

/** null: not in tiles. */
export function inTiles({ attention }: KernelProfile, d: number): TileKind | null {
  if (d > WIDEST_HEAD || (attention !== 'tile' && attention !== 'rolled')) return null;
  return { ROLLED: attention === 'rolled' ? 1 : 0 };
}

/** The tallest tile, at least `least`, whose workgroups are enough. The most is what registers hold of wide heads. */
function rowsFor(most: TileRows, least: TileRows, groups: (rows: TileRows) => number): TileRows {
  if (most === 4 && least < 4 && groups(4) < BUSY) return rowsFor(2, least, groups);
  if (most === 2 && least < 2 && groups(2) < BUSY) return 1;
  return most;
}

function tilingOf(rows: TileRows, groups: number, wanted: number, count: number): Tiling {
  const tiles = Math.ceil(count / 32);
  const stretch = Math.ceil(tiles / Math.min(Math.ceil(wanted / groups), tiles, MOST_PARTS));
  if (tiles - stretch < WORTH_PARTS) return { rows, stretch: tiles, parts: 1 };
  return { rows, stretch, parts: partsOf(count, stretch) };
}

type Heads = Pick<AttentionNumbers, 'batch' | 't_q' | 't_k' | 'heads' | 'kv_heads'>;

function queryTiling({ batch, t_q, t_k, heads, kv_heads }: Heads, d: number): Tiling {
  const groups = (rows: TileRows): number =>
    Math.ceil((t_q * heads) / kv_heads / (16 * rows)) * batch * kv_heads;
  const rows = rowsFor(d <= 128 ? 4 : 2, 1, groups);
  return tilingOf(rows, groups(rows), BUSY, t_k);
}

function keyTiling({ batch, t_q, t_k, heads, kv_heads }: Heads, d: number): Tiling {
  const groups = (rows: TileRows): number => Math.ceil(t_k / (16 * rows)) * batch * kv_heads;
  const rows = rowsFor(d <= 96 ? 4 : 2, 2, groups);
  return tilingOf(rows, groups(rows), FULL, (t_q * heads) / kv_heads);
}

const pairsOf = ({ batch, t_q, heads }: Heads): number => batch * t_q * heads;

/** Floats of the parts of o and lse. */
export function tileScratch(numbers: Heads, d: number): readonly number[] {
  const { parts } = queryTiling(numbers, d);
  return parts === 1 ? [] : [parts * pairsOf(numbers) * d, parts * pairsOf(numbers)];
}

/** Floats of the parts of dk and dv. */
export function tileBackwardScratch(numbers: Heads, d: number): readonly number[] {
  const { parts } = keyTiling(numbers, d);
  return parts === 1 ? [] : [parts * numbers.batch * numbers.t_k * numbers.kv_heads * 2 * d];
}

export function tileCalls(
  buffers: Record<'q' | 'k' | 'v' | 'documents' | 'step' | 'o' | 'lse', Ref>,
  numbers: AttentionNumbers,
  constants: TileConstants,
): KernelCall<Ref>[] {
  const { D } = constants;
  const { rows, stretch, parts } = queryTiling(numbers, D);
  const options = {
    params: { ...numbers, stretch, ...tileBounds(D) },
    constants: { ...constants, ...tileConstants(D, rows) },
  };
  if (parts === 1) return [call(attentionTile, { buffers, ...options })];
  const [part_o, part_lse]: [Ref, Ref] = [{ scratch: 0 }, { scratch: 1 }];
  return [
    call(attentionTile, { buffers: { ...buffers, o: part_o, lse: part_lse }, ...options }),
    call(attentionTileJoin, {
      buffers: { part_o, part_lse, o: buffers.o, lse: buffers.lse },
      params: { rows: pairsOf(numbers), parts },
      constants: { D },
    }),
  ];
}

export function tileBackwardCalls(
  buffers: Record<'qkv' | 'o' | 'lse' | 'd_o' | 'documents' | 'step' | 'dqkv' | 'delta', Ref>,
  numbers: AttentionNumbers,
  constants: TileConstants,
): KernelCall<Ref>[] {
  const { D } = constants;
  const [query, key] = [queryTiling(numbers, D), keyTiling(numbers, D)];
  const { o: _o, ...kv } = buffers;
  const queries: KernelCall<Ref> = call(attentionTileBackwardQ, {
    buffers,
    // Nothing is left to join: what a query wants is a sum over all of its keys.
    params: { ...numbers, stretch: Math.ceil(numbers.t_k / 32), ...tileBounds(D) },
    constants: { ...constants, ...tileConstants(D, query.rows) },
  });
  const options = {
    params: { ...numbers, stretch: key.stretch, ...tileBounds(D) },
    constants: { ...constants, ...tileConstants(D, key.rows), PARTS: key.parts > 1 ? 1 : 0 },
  };
  if (key.parts === 1) return [queries, call(attentionTileBackwardKv, { buffers: kv, ...options })];
  const { batch, t_k, kv_heads, k_stride, k_offset, v_stride, v_offset } = numbers;
  const parts_kv: Ref = { scratch: 0 };
  const places = { kv_heads, k_stride, k_offset, v_stride, v_offset };
  return [
    queries,
    call(attentionTileBackwardKv, { buffers: { ...kv, dqkv: parts_kv }, ...options }),
    call(attentionTileJoinKv, {
      buffers: { parts_kv, dqkv: buffers.dqkv },
      params: { rows: batch * t_k, parts: key.parts, ...places },
      constants: { D },
    }),
  ];
}

/** The dispatches of dq, dk and dv that leave what another one has to turn back and to add up. */
export interface PendingGradient {
  readonly kernels: readonly KernelCall<Ref>[];
  /** q's columns, and with parts nothing else, of dqkv; the parts of dk and dv. */
  readonly refs: Readonly<Record<'turned' | 'parts_kv', Ref>>;
  /** 0: dk and dv are whole. */
  readonly terms: number;
  readonly scratch: readonly number[];
}

export function tileBackwardPending(
  buffers: Record<'qkv' | 'o' | 'lse' | 'd_o' | 'documents' | 'step' | 'delta', Ref>,
  numbers: AttentionNumbers,
  constants: TileConstants,
): PendingGradient {
  const room = tileBackwardScratch(numbers, constants.D);
  const turned: Ref = { scratch: room.length };
  const kernels = tileBackwardCalls({ ...buffers, dqkv: turned }, numbers, constants);
  const scratch = [...room, numbers.batch * numbers.t_q * numbers.q_stride];
  if (room.length === 0)
    return { kernels, refs: { turned, parts_kv: { buffer: 'dummy' } }, terms: 0, scratch };
  const { parts: terms } = keyTiling(numbers, constants.D);
  return { kernels: kernels.slice(0, -1), refs: { turned, parts_kv: { scratch: 0 } }, terms, scratch };
}
