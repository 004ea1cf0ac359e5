// Declares `dequantize`: one linear group becomes a scratch matrix that `matmul` reads. At most one group is ever held in
// floats; what is decoded at once never exceeds the largest group of a layer.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { segmentArray, segmentSnippet } from '../lib/segments.ts';
import source from './dequantize.wgsl?raw';

/** → scratch [K + RU, OUT] (TRANSPOSED 1) or [OUT + RU, K] (TRANSPOSED 0). `ru` 0 leaves the adapter out. */
export const dequantize = defineKernel({
  name: 'dequantize',
  source,
  snippets: [segmentSnippet],
  slots: ['decode'],
  buffers: { w: 'read', w_scales: 'read', adapter: 'read', scratch: 'read_write' },
  params: { segments: segmentArray, k: 'u32', out: 'u32', ru: 'u32', count: 'u32' },
  constants: { ...gridConstants, TRANSPOSED: 1 },
  workgroups: ({ k, out, ru }, { TRANSPOSED }) =>
    flatGrid(TRANSPOSED === 1 ? (k + ru) * out : (out + ru) * k),
});
