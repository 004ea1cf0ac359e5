// Declares `dequantize`: one linear group becomes a scratch matrix that `matmul` reads. At most one group is ever held in
// floats; what is decoded at once never exceeds the largest group of a layer.
import { flatGrid, gridConstants } from '../host/grid.ts';
import type { KernelCall, Slots } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import type { Stored } from '../lib/stored.ts';
import { storedSnippet } from '../lib/stored.ts';
import { dequantizeReference } from './dequantize.ref.ts';
import source from './dequantize.wgsl?raw';
import scalarSource from './dequantize_scalar.wgsl?raw';
import group from './group.wgsl?raw';

const shared = {
  snippets: [segmentSnippet, segmentOfSnippet, group],
  slots: ['decode'],
  buffers: { w: 'read u32', w_scales: 'read u32', adapter: 'read', scratch: 'read_write' },
  params: { segments: segmentArray, k: 'u32', out: 'u32', ru: 'u32', count: 'u32' },
  constants: { ...gridConstants, TRANSPOSED: 1 },
} as const;

/** → scratch [K + RU, OUT] (TRANSPOSED 1) or [OUT + RU, K] (TRANSPOSED 0), widths multiples of 4, K of 4 RUN. */
export const dequantize = defineKernel({
  name: 'dequantize',
  source,
  ...shared,
  slots: ['stored', 'decode'],
  constants: { ...shared.constants, RUN: 1 },
  workgroups: ({ k, out, ru }, { TRANSPOSED, RUN }) => {
    const runs = k / 4 / RUN;
    return flatGrid(TRANSPOSED === 1 ? (runs + ru) * (out / 4) : (out / 4 + ru) * runs);
  },
  reference: dequantizeReference,
});

/** The same for any widths. */
export const dequantizeScalar = defineKernel({
  name: 'dequantize_scalar',
  source: scalarSource,
  ...shared,
  workgroups: ({ k, out, ru }, { TRANSPOSED }) =>
    flatGrid(TRANSPOSED === 1 ? (k + ru) * out : (out + ru) * k),
  reference: dequantizeReference,
});

export interface DequantizeCall<Ref> {
  readonly buffers: Readonly<Record<keyof typeof shared.buffers, Ref>>;
  readonly decode: Slots['decode'];
  readonly segments: readonly SegmentNumbers[];
  readonly k: number;
  readonly out: number;
  /** 0 leaves the adapter out. */
  readonly ru: number;
  readonly transposed: boolean;
  /** What scratch holds; widths that are no multiple of 4 want f32. */
  readonly stored?: Stored;
}

/** Whether every width is a multiple of 4, which the vector variant and half-precision scratch need. */
export const fitsVectors = (k: number, segments: readonly SegmentNumbers[]): boolean =>
  [k, ...segments.flatMap(({ start, end }) => [start, end])].every((x) => x % 4 === 0);

/** The variant that fits the widths. */
export function dequantizeCall<Ref>(args: DequantizeCall<Ref>): KernelCall<Ref> {
  const { segments, k, out, ru } = args;
  const options = {
    buffers: args.buffers,
    params: { segments, k, out, ru, count: segments.length },
    constants: { TRANSPOSED: args.transposed ? 1 : 0 },
  };
  const { decode } = args;
  if (!fitsVectors(k, segments)) return call(dequantizeScalar, { ...options, slots: { decode } });
  // A run as long as a block of ggml where K allows: the arithmetic of places is then shared by 32 weights.
  const RUN = k % 32 === 0 ? 8 : k % 16 === 0 ? 4 : 1;
  const constants = { ...options.constants, RUN };
  return call(dequantize, {
    ...options,
    constants,
    slots: { decode, stored: storedSnippet(args.stored ?? 'f32') },
  });
}
