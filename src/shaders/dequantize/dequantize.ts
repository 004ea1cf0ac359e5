// Declares `dequantize`: one linear group becomes a scratch matrix that `matmul` reads. At most one group is ever held in
// floats; what is decoded at once never exceeds the largest group of a layer.
import { flatGrid, gridConstants } from '../host/grid.ts';
import type { KernelCall, Snippet } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { segmentArray, segmentSnippet } from '../lib/segments.ts';
import source from './dequantize.wgsl?raw';
import scalarSource from './dequantize_scalar.wgsl?raw';
import group from './group.wgsl?raw';

const shared = {
  snippets: [segmentSnippet, group],
  slots: ['decode'],
  buffers: { w: 'read', w_scales: 'read', adapter: 'read', scratch: 'read_write' },
  params: { segments: segmentArray, k: 'u32', out: 'u32', ru: 'u32', count: 'u32' },
  constants: { ...gridConstants, TRANSPOSED: 1 },
} as const;

/** → scratch [K + RU, OUT] (TRANSPOSED 1) or [OUT + RU, K] (TRANSPOSED 0), widths multiples of 4. */
export const dequantize = defineKernel({
  name: 'dequantize',
  source,
  ...shared,
  workgroups: ({ k, out, ru }, { TRANSPOSED }) =>
    flatGrid(TRANSPOSED === 1 ? (k / 4 + ru) * (out / 4) : (out + ru) * (k / 4)),
});

/** The same for any widths. */
export const dequantizeScalar = defineKernel({
  name: 'dequantize_scalar',
  source: scalarSource,
  ...shared,
  workgroups: ({ k, out, ru }, { TRANSPOSED }) =>
    flatGrid(TRANSPOSED === 1 ? (k + ru) * out : (out + ru) * k),
});

export interface DequantizeCall<Ref> {
  readonly buffers: Readonly<Record<keyof typeof shared.buffers, Ref>>;
  readonly decode: Snippet;
  readonly segments: readonly SegmentNumbers[];
  readonly k: number;
  readonly out: number;
  /** 0 leaves the adapter out. */
  readonly ru: number;
  readonly transposed: boolean;
}

/** The variant that fits the widths. */
export function dequantizeCall<Ref>(args: DequantizeCall<Ref>): KernelCall<Ref> {
  const { segments, k, out, ru } = args;
  const options = {
    buffers: args.buffers,
    params: { segments, k, out, ru, count: segments.length },
    constants: { TRANSPOSED: args.transposed ? 1 : 0 },
    slots: { decode: args.decode },
  };
  const fits = [k, ...segments.flatMap(({ start, end }) => [start, end])].every((x) => x % 4 === 0);
  return fits ? call(dequantize, options) : call(dequantizeScalar, options);
}
