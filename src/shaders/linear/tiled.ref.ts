// References of the tiled linear kernels: the group decoded, and the plain product over the part of the sum that each row of workgroups takes.
import type { FloatArray } from '../declaration.ts';
import { dequantizeReference } from '../dequantize/dequantize.ref.ts';
import { matmulReference } from '../matmul/matmul.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import type { PackedGroupArguments } from './linear.ref.ts';

interface Group extends PackedGroupArguments {
  readonly tile: { readonly format: WeightFormat };
  /** Elements of the sum that one part of the result takes. */
  readonly part: number;
  /** 1: the residual is added. */
  readonly adds: number;
}

export interface LinearTiledArguments extends Group {
  /** [N, K] */
  readonly x: FloatArray;
  /** [N, RU] */
  readonly u: FloatArray;
  /** [PARTS, N, OUT] */
  readonly y: FloatArray;
}

function product(group: Group, forward: boolean, a: FloatArray, u: FloatArray, y: FloatArray): void {
  const { n, ru, residual, part, tile } = group;
  const [sum, m] = forward ? [group.k, group.out] : [group.out, group.k];
  const b = new Float64Array((sum + ru) * m);
  dequantizeReference({ ...group, decode: tile, scratch: b, TRANSPOSED: forward ? 1 : 0 });
  const adds = { ADDS: group.adds, ADD_RESIDUAL: 1, ADD_Y: 2 };
  for (let z = 0; z * part < sum; z++) {
    const [first, end] = [z * part, Math.min(sum, (z + 1) * part)];
    matmulReference({
      ...{ a, u, b: b.subarray(first * m), residual, y, n, k: end - first, m, ru: end === sum ? ru : 0 },
      ...{ a_stride: sum, a_offset: first, y_stride: m, y_offset: z * n * m },
      ...adds,
    });
  }
}

/** y = [x | u] [W | s B]ᵀ (+ residual), in parts. */
export const linearTiledReference = (args: LinearTiledArguments): void =>
  product(args, true, args.x, args.u, args.y);

export interface LinearBackwardTiledArguments extends Group {
  /** [N, OUT] */
  readonly dy: FloatArray;
  /** [N, RU] */
  readonly du: FloatArray;
  /** [PARTS, N, K] */
  readonly dx: FloatArray;
}

/** dx = [dy | du] [W ; A] (+ residual), in parts. */
export const linearBackwardTiledReference = (args: LinearBackwardTiledArguments): void =>
  product(args, false, args.dy, args.du, args.dx);

export interface LinearPartsArguments {
  /** [TERMS, SIZE] */
  readonly parts: FloatArray;
  /** [SIZE] */
  readonly residual: FloatArray;
  /** [SIZE] */
  readonly y: FloatArray;
  readonly size: number;
  /** Parts. */
  readonly terms: number;
  readonly HAS_RESIDUAL: number;
}

/** y = residual + the parts, one after another. */
export function linearPartsReference(args: LinearPartsArguments): void {
  const { parts, residual, y, size, terms } = args;
  for (let i = 0; i < size; i++) {
    let sum = args.HAS_RESIDUAL === 1 ? (residual[i] ?? 0) : 0;
    for (let part = 0; part < terms; part++) sum += parts[part * size + i] ?? 0;
    y[i] = sum;
  }
}
