// Declares the softmax cross-entropy of a chunk of logits and the sum over rows. Source: torch cross_entropy with
// ignore_index -100, and transformers 5.24 LabelSmoother; the loss of a micro-batch is its sum times step.loss_scale (1 / labels of
// the whole window).
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { lanes, MANY_LANES, totalChain, totalSnippet } from '../lib/total.ts';
import {
  crossEntropyPartsReference,
  crossEntropyReference,
  crossEntropyWholeReference,
  rowSumReference,
  STRETCH,
} from './cross_entropy.ref.ts';
import source from './cross_entropy.wgsl?raw';
import partsSource from './cross_entropy_parts.wgsl?raw';
import rowsSource from './cross_entropy_rows.wgsl?raw';
import wholeSource from './cross_entropy_whole.wgsl?raw';
import sumSource from './row_sum.wgsl?raw';

/**
 * z [rows, V] → rows[first_row..] = loss, correct, counted, entropy; with WRITE_GRAD z becomes its own gradient, by
 * step.loss_scale or, with HAS_WEIGHTS, by the row's own weight.
 */
export const crossEntropy = defineKernel({
  name: 'cross_entropy',
  source,
  snippets: [stepSnippet],
  buffers: { z: 'read_write', labels: 'read i32', weights: 'read', step: 'uniform', rows: 'read_write' },
  params: { count: 'u32', v: 'u32', first_row: 'u32', smoothing: 'f32' },
  constants: { WRITE_GRAD: 1, HAS_WEIGHTS: 0 },
  workgroups: ({ count }) => [count, 1, 1],
  chain: ({ v }, { WRITE_GRAD }) => (2 + WRITE_GRAD) * Math.ceil(v / 64) + 2 * 64,
  reference: crossEntropyReference,
});

/** The same bits with one invocation a row, for V a multiple of 4. */
export const crossEntropyRows = defineKernel({
  ...crossEntropy,
  name: 'cross_entropy_rows',
  source: rowsSource,
  workgroups: ({ count }) => [Math.ceil(count / 8), 1, 1],
  chain: ({ v }, { WRITE_GRAD }) => ((2 + WRITE_GRAD) * v) / 4,
});

/** Where no workgroup shares a row. */
export const crossEntropyOf = (v: number) => (v % 4 === 0 ? crossEntropyRows : crossEntropy);

/** Stretches of a row of so many logits. */
export const partsOf = (v: number): number => Math.ceil(v / STRETCH);

/** z [count, V] → stretches [count, parts, 8]. */
export const crossEntropyParts = defineKernel({
  name: 'cross_entropy_parts',
  source: partsSource,
  snippets: [totalSnippet],
  buffers: { z: 'read', labels: 'read i32', stretches: 'read_write' },
  params: { count: 'u32', v: 'u32', first_row: 'u32', parts: 'u32' },
  constants: { LANES: MANY_LANES },
  workgroups: ({ count, parts }) => [parts, count, 1],
  chain: ({ v }, { LANES }) => 2 * Math.ceil(Math.min(v, STRETCH) / LANES) + 2 * totalChain(LANES),
  reference: crossEntropyPartsReference,
});

/** z, stretches → rows[first_row..] and z's gradient in place, as `crossEntropy`. */
export const crossEntropyWhole = defineKernel({
  name: 'cross_entropy_whole',
  source: wholeSource,
  snippets: [stepSnippet],
  buffers: {
    z: 'read_write',
    labels: 'read i32',
    weights: 'read',
    stretches: 'read',
    step: 'uniform',
    rows: 'read_write',
  },
  params: { count: 'u32', v: 'u32', first_row: 'u32', parts: 'u32', smoothing: 'f32' },
  constants: { LANES: MANY_LANES, WRITE_GRAD: 1, HAS_WEIGHTS: 0 },
  workgroups: ({ count, parts }, { WRITE_GRAD }) => [WRITE_GRAD === 1 ? parts : 1, count, 1],
  chain: ({ v, parts }, { LANES, WRITE_GRAD }) =>
    2 * parts + WRITE_GRAD * Math.ceil(Math.min(v, STRETCH) / LANES),
  reference: crossEntropyWholeReference,
});

/** rows [N, 4] → metrics[offset + 8 · micro_batch ..]: loss · loss_scale, correct, counted, entropy. */
export const rowSum = defineKernel({
  name: 'row_sum',
  source: sumSource,
  snippets: [stepSnippet, totalSnippet],
  buffers: { rows: 'read', step: 'uniform', metrics: 'read_write' },
  params: { n: 'u32', offset: 'u32' },
  constants: lanes,
  workgroups: () => [1, 1, 1],
  chain: ({ n }, { LANES }) => Math.ceil(n / LANES) + totalChain(LANES),
  reference: rowSumReference,
});
