// VeRA as LoRA: before a step its factors are made of the trained vectors and the shared matrices (buffer `projections`), LoRA's kernels
// train with them, and before the update the vectors' gradients are taken from the factors'.
import { call } from '../../../shaders/kernel.ts';
import type { VeraRows } from '../../../shaders/vera/vera.ref.ts';
import { rowDots, scaleRows } from '../../../shaders/vera/vera.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { AdapterLayout, VeraPlace } from '../trainedLayout.ts';

interface Attributes {
  readonly place: VeraRows;
  readonly total: number;
  readonly splits: number;
}

const projections: Ref = { buffer: 'projections' };
const adapter: Ref = { buffer: 'adapter' };
const grads: Ref = { buffer: 'grads' };

const composeOperation: Operation<Attributes> = {
  name: 'scale_rows',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { place } }) => [
    call(scaleRows, { buffers: { projections, adapter }, params: place }),
  ],
  flops: ({ attributes: { place } }) => place.rows * place.columns,
};

const contractOperation: Operation<Attributes> = {
  name: 'row_dots',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { place, total, splits } }) => [
    call(rowDots, { buffers: { projections, grads }, params: { ...place, total, splits } }),
  ],
  flops: ({ attributes: { place, splits } }) => 2 * splits * place.rows * place.columns,
};

/** A and B of one module. */
function rowsOf({ share, d, b, inFeatures, aOffset, bOffset }: VeraPlace): readonly VeraRows[] {
  const { r, inFeatures: widest } = share;
  const a = { rows: r, columns: inFeatures, stride: widest, shared_offset: 0 };
  const up = { rows: b.length, columns: r, stride: r, shared_offset: r * widest };
  return [
    { ...a, vector_offset: d.offset, factor_offset: aOffset },
    { ...up, vector_offset: b.offset, factor_offset: bOffset },
  ];
}

function record(tape: Tape, layout: AdapterLayout, operation: Operation<Attributes>, splits: number): void {
  for (const vera of layout.vera.values())
    for (const place of rowsOf(vera)) {
      const attributes = { place, total: layout.total, splits };
      tape.record({ operation, inputs: [], outputs: [], attributes, path: vera.d.name });
    }
}

/** Makes the factors of every module. */
export const recordVeraFactors = (tape: Tape, layout: AdapterLayout): void =>
  record(tape, layout, composeOperation, 1);

/** Takes the vectors' gradients from the factors', in each of the `splits` parts of `grads`. */
export const recordVeraGradients = (tape: Tape, layout: AdapterLayout, splits: number): void =>
  record(tape, layout, contractOperation, splits);
