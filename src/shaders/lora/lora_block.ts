// Declares the adapter's narrow products in blocks, for adapters of few lanes: what lora.ts declares, the same sums in the same order, four
// floats a read. Without dropout.
import { defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { widestMember } from '../lib/segments.ts';
import eightRows from './eight_rows.wgsl?raw';
import { loraDown, loraGrad, loraUpBackward } from './lora.ts';
import downBlockSource from './lora_down_block.wgsl?raw';
import gradBlockSource from './lora_grad_block.wgsl?raw';
import upBackwardBlockSource from './lora_up_backward_block.wgsl?raw';

/** Whether the kernels in blocks do it: without dropout, and every width, rank and place a multiple of 4. */
export const fitsBlocks = (
  rate: number,
  widths: readonly number[],
  segments: readonly SegmentNumbers[],
): boolean =>
  rate === 0 &&
  [...widths, ...segments.flatMap((s) => [s.start, s.end, s.rank, s.u_column, s.a_offset, s.b_offset])].every(
    (x) => x % 4 === 0,
  );

const quarter = (count: number): number => Math.ceil(count / 4);

/** The same bits where `fitsBlocks`, 8 rows by 4 ranks an invocation. */
export const loraDownBlock = defineKernel({
  ...loraDown,
  name: 'lora_down_block',
  source: downBlockSource,
  snippets: [...(loraDown.snippets ?? []), eightRows],
  workgroups: ({ n, ru }) => [Math.ceil((Math.ceil(n / 8) * quarter(ru)) / 8), 1, 1],
  chain: ({ k }) => k / 4,
});

/** The same bits where `fitsBlocks`, 8 rows by 4 ranks an invocation. */
export const loraUpBackwardBlock = defineKernel({
  ...loraUpBackward,
  name: 'lora_up_backward_block',
  source: upBackwardBlockSource,
  snippets: [...(loraUpBackward.snippets ?? []), eightRows],
  workgroups: ({ n, ru }) => [Math.ceil((Math.ceil(n / 8) * quarter(ru)) / 8), 1, 1],
  chain: ({ segments }) => widestMember(segments) / 4,
});

/** The same bits where `fitsBlocks`, 4 ranks by 8 columns an invocation. */
export const loraGradBlock = defineKernel({
  ...loraGrad,
  name: 'lora_grad_block',
  source: gradBlockSource,
  workgroups: ({ k, segments, splits }) => {
    const strips = (width: number): number => Math.ceil(width / 8);
    const blocks = segments.reduce((sum, s) => sum + (s.rank / 4) * (strips(k) + strips(s.end - s.start)), 0);
    return [Math.ceil(blocks / 16), splits, 1];
  },
});
