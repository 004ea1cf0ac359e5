// Declares the float matrix products: y = [a | u] b with b row-major [K + RU, M] (register blocks, and a scalar variant
// for odd widths), and y = a bᵀ. `matmulCall` chooses; callers never name a variant.
import { flatGrid, gridConstants } from '../host/grid.ts';
import type { KernelCall } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import source from './matmul.wgsl?raw';
import scalarSource from './matmul_scalar.wgsl?raw';
import transposedSource from './matmul_transposed.wgsl?raw';

const buffers = { a: 'read', u: 'read', b: 'read', residual: 'read', y: 'read_write' } as const;
const params = { n: 'u32', k: 'u32', m: 'u32', ru: 'u32' } as const;

/** a [N, K], u [N, RU], b [K + RU, M], residual [N, M] → y [N, M]; K and M multiples of 4. */
export const matmul = defineKernel({
  name: 'matmul',
  source,
  buffers,
  params,
  constants: { HAS_RESIDUAL: 0 },
  workgroups: ({ n, m }) => [Math.ceil(m / 64), Math.ceil(n / 64), 1],
});

/** The same for any K and M. */
export const matmulScalar = defineKernel({
  name: 'matmul_scalar',
  source: scalarSource,
  buffers,
  params,
  constants: { ...gridConstants, HAS_RESIDUAL: 0 },
  workgroups: ({ n, m }) => flatGrid(n * m),
});

/** a [N, K], b [M, K] → y [N, M]; K a multiple of 4. */
export const matmulTransposed = defineKernel({
  name: 'matmul_transposed',
  source: transposedSource,
  buffers: { a: 'read', b: 'read', y: 'read_write' },
  params: { n: 'u32', k: 'u32', m: 'u32' },
  constants: {},
  workgroups: ({ n, m }) => [Math.ceil(m / 32), Math.ceil(n / 32), 1],
});

export interface MatmulCall<Ref> {
  readonly buffers: Readonly<Record<keyof typeof buffers, Ref>>;
  readonly params: Readonly<Record<keyof typeof params, number>>;
  readonly hasResidual: boolean;
}

/** y = [a | u] b (+ residual) by the variant that fits the widths. */
export function matmulCall<Ref>(args: MatmulCall<Ref>): KernelCall<Ref> {
  const options = {
    buffers: args.buffers,
    params: args.params,
    constants: { HAS_RESIDUAL: args.hasResidual ? 1 : 0 },
  };
  const fits = args.params.k % 4 === 0 && args.params.m % 4 === 0;
  return fits ? call(matmul, options) : call(matmulScalar, options);
}
