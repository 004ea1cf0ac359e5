// Declares the float matrix product y = [a | u] b with b row-major [K + RU, M] in register blocks, and a scalar variant
// for odd widths. `matmulCall` chooses; callers never name a variant.
import { flatGrid, gridConstants } from '../host/grid.ts';
import type { KernelCall } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import type { Stored } from '../lib/stored.ts';
import { storedSnippet } from '../lib/stored.ts';
import { matmulReference } from './matmul.ref.ts';
import source from './matmul.wgsl?raw';
import scalarSource from './matmul_scalar.wgsl?raw';
import { wideSource, wideWorkgroups } from './wide.ts';

const buffers = { a: 'read', u: 'read', b: 'read', residual: 'read', y: 'read_write' } as const;
const params = {
  n: 'u32',
  k: 'u32',
  m: 'u32',
  ru: 'u32',
  a_stride: 'u32',
  a_offset: 'u32',
  y_stride: 'u32',
  y_offset: 'u32',
} as const;

/** What is added to the product: nothing, `residual`, or what y holds. Values of the constant ADDS. */
const adds = { nothing: 0, residual: 1, y: 2 } as const;
const constants = { ADDS: adds.nothing, ADD_RESIDUAL: adds.residual, ADD_Y: adds.y };

/** Four of K at a time, then the adapter's columns. */
const inFours = ({ k, ru }: { readonly k: number; readonly ru: number }): number => k / 4 + ru;

/** a [N, K], u [N, RU], b [K + RU, M], residual [N, M] → y [N, M]; K, M, strides and offsets multiples of 4. */
export const matmul = defineKernel({
  name: 'matmul',
  source,
  slots: ['stored'],
  buffers,
  params,
  constants,
  workgroups: ({ n, m }) => [Math.ceil(m / 64), Math.ceil(n / 8), 1],
  chain: inFours,
  reference: matmulReference,
});

/** The same bits by blocks of 32 by 16. */
export const matmulWide = defineKernel({
  ...matmul,
  name: 'matmul_wide',
  source: wideSource,
  workgroups: wideWorkgroups,
});

/** The same for any widths. */
export const matmulScalar = defineKernel({
  name: 'matmul_scalar',
  source: scalarSource,
  buffers,
  params,
  constants: { ...gridConstants, ...constants },
  workgroups: ({ n, m }) => flatGrid(n * m),
  chain: ({ k, ru }) => k + ru,
  reference: matmulReference,
});

export interface MatmulCall<Ref> {
  readonly buffers: Readonly<Record<keyof typeof buffers, Ref>>;
  readonly n: number;
  readonly k: number;
  readonly m: number;
  readonly ru?: number;
  readonly adds: keyof typeof adds;
  /** Rows and columns of a register block: 8 by 4, or 32 by 16. */
  readonly block: 'narrow' | 'wide';
  /** What `b` holds; widths that are no multiple of 4 want f32. */
  readonly stored?: Stored;
  /** Elements from row to row of `a` and the first of them; K and 0 if left out. */
  readonly aPlace?: { readonly stride: number; readonly offset: number };
  readonly yPlace?: { readonly stride: number; readonly offset: number };
}

/** y = [a | u] b (+ residual, or + y) by the variant that fits the widths. */
export function matmulCall<Ref>(args: MatmulCall<Ref>): KernelCall<Ref> {
  const { n, k, m, ru = 0, aPlace = { stride: k, offset: 0 }, yPlace = { stride: m, offset: 0 } } = args;
  const options = {
    buffers: args.buffers,
    params: {
      n,
      k,
      m,
      ru,
      a_stride: aPlace.stride,
      a_offset: aPlace.offset,
      y_stride: yPlace.stride,
      y_offset: yPlace.offset,
    },
    constants: { ADDS: adds[args.adds] },
  };
  const fits = [k, m, aPlace.stride, aPlace.offset, yPlace.stride, yPlace.offset].every((x) => x % 4 === 0);
  if (!fits) return call(matmulScalar, options);
  const slots = { stored: storedSnippet(args.stored ?? 'f32') };
  return call(args.block === 'wide' ? matmulWide : matmul, { ...options, slots });
}
