// References of attention in tiles: those of ../attention/ where one workgroup walks all keys (or columns), part by part where several
// share them; and of the dispatches that make the parts one.
import type {
  AttentionArguments,
  AttentionBackwardQArguments,
  BackwardArguments,
} from '../attention/attention.ref.ts';
import {
  attentionBackwardKvOver,
  attentionBackwardKvReference,
  attentionBackwardQReference,
  attentionOver,
} from '../attention/attention.ref.ts';
import type { FloatArray } from '../declaration.ts';

/** Keys or columns of one tile. */
export const TILE = 32;

interface Stretched {
  /** Tiles of one part. */
  readonly stretch: number;
}

/** How many parts take so many keys or columns. */
export const partsOf = (count: number, stretch: number): number =>
  Math.ceil(Math.ceil(count / TILE) / stretch);

const rangeOf = (part: number, stretch: number): { readonly from: number; readonly to: number } => ({
  from: part * stretch * TILE,
  to: (part + 1) * stretch * TILE,
});

export function attentionTileReference(args: AttentionArguments & Stretched): void {
  const pairs = args.batch * args.t_q * args.heads;
  for (let part = 0; part < partsOf(args.t_k, args.stretch); part++) {
    const o = args.o.subarray(part * pairs * args.D, (part + 1) * pairs * args.D);
    const lse = args.lse.subarray(part * pairs, (part + 1) * pairs);
    attentionOver({ ...args, o, lse }, rangeOf(part, args.stretch));
  }
}

export const attentionTileBackwardQReference: (args: AttentionBackwardQArguments) => void =
  attentionBackwardQReference;

export function attentionTileBackwardKvReference(
  args: BackwardArguments & Stretched & { readonly PARTS: number },
): void {
  if (args.PARTS === 0) {
    attentionBackwardKvReference(args);
    return;
  }
  const { D: d, batch, t_q, t_k, heads, kv_heads, stretch, dqkv } = args;
  const stride = kv_heads * 2 * d;
  const size = batch * t_k * stride;
  const places = { k_stride: stride, k_offset: 0, v_stride: stride, v_offset: d, width: 2 * d };
  for (let part = 0; part < partsOf((t_q * heads) / kv_heads, stretch); part++) {
    const out = dqkv.subarray(part * size, (part + 1) * size);
    attentionBackwardKvOver(args, rangeOf(part, stretch), { ...places, out });
  }
}

export interface JoinArguments {
  readonly part_o: FloatArray;
  readonly part_lse: FloatArray;
  readonly o: FloatArray;
  readonly lse: FloatArray;
  readonly rows: number;
  readonly parts: number;
  readonly D: number;
}

export function attentionTileJoinReference({
  part_o,
  part_lse,
  o,
  lse,
  rows,
  parts,
  D: d,
}: JoinArguments): void {
  for (let row = 0; row < rows; row++) {
    let top = -1e30;
    for (let part = 0; part < parts; part++) top = Math.max(top, part_lse[part * rows + row] ?? 0);
    let sum = 0;
    o.fill(0, row * d, (row + 1) * d);
    for (let part = 0; part < parts; part++) {
      const weight = Math.exp((part_lse[part * rows + row] ?? 0) - top);
      sum += weight;
      for (let x = 0; x < d; x++) {
        const at = row * d + x;
        o[at] = (o[at] ?? 0) + weight * (part_o[part * rows * d + at] ?? 0);
      }
    }
    for (let at = row * d; at < (row + 1) * d; at++) o[at] = (o[at] ?? 0) / sum;
    lse[row] = top + Math.log(sum);
  }
}

export interface JoinKvArguments {
  readonly parts_kv: FloatArray;
  readonly dqkv: FloatArray;
  readonly rows: number;
  readonly parts: number;
  readonly kv_heads: number;
  readonly k_stride: number;
  readonly k_offset: number;
  readonly v_stride: number;
  readonly v_offset: number;
  readonly D: number;
}

export function attentionTileJoinKvReference(args: JoinKvArguments): void {
  const { parts_kv, dqkv, rows, parts, kv_heads, D: d } = args;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < kv_heads * 2 * d; i++) {
      let sum = 0;
      for (let part = 0; part < parts; part++)
        sum += parts_kv[(part * rows + row) * kv_heads * 2 * d + i] ?? 0;
      const [head, inside] = [Math.floor(i / (2 * d)), i % (2 * d)];
      const at =
        inside < d
          ? row * args.k_stride + args.k_offset + head * d + inside
          : row * args.v_stride + args.v_offset + head * d + inside - d;
      dqkv[at] = sum;
    }
}
