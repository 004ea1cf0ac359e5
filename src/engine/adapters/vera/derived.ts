// VeRA as LoRA: before a step its factors are made of the trained vectors and the shared matrices (buffer `projections`), LoRA's kernels
// train with them, and before the update the vectors' gradients are taken from the factors'.
import { call } from '../../../shaders/kernel.ts';
import type { ScaledRows } from '../../../shaders/scale_rows/scale_rows.ref.ts';
import { rowDots, scaleRows } from '../../../shaders/scale_rows/scale_rows.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../../torch/autograd/operation.ts';
import type { Tape } from '../../torch/autograd/tape.ts';
import type { AdapterLayout, PlacedAdapter } from '../../torch/trainedLayout.ts';
import type { Derived } from '../method.ts';
import type { SharedMatrices } from './projections.ts';
import { drawProjections } from './projections.ts';
import type { VeraAdapter } from './veraAdapter.ts';
import { isVera } from './veraAdapter.ts';

interface Attributes {
  readonly place: ScaledRows;
  readonly total: number;
  readonly splits: number;
}

const PROJECTIONS = 'projections';
const projections: Ref = { buffer: PROJECTIONS };
const adapter: Ref = { buffer: 'adapter' };
const grads: Ref = { buffer: 'grads' };

const composeOperation: Operation<Attributes> = {
  name: 'scale_rows',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { place } }) => [
    call(scaleRows, { buffers: { projections, adapter }, params: place }),
  ],
  lower: 'kernels',
  flops: ({ attributes: { place } }) => place.rows * place.columns,
};

const contractOperation: Operation<Attributes> = {
  name: 'row_dots',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { place, total, splits } }) => [
    call(rowDots, { buffers: { projections, grads }, params: { ...place, total, splits } }),
  ],
  lower: 'kernels',
  flops: ({ attributes: { place, splits } }) => 2 * splits * place.rows * place.columns,
};

type PlacedVera = PlacedAdapter & { readonly adapter: VeraAdapter };

const modulesOf = (layout: AdapterLayout): PlacedVera[] =>
  layout.adapters.flatMap(({ adapter, ...place }) => (isVera(adapter) ? [{ ...place, adapter }] : []));

/** A and B of one module. */
function rowsOf(layout: AdapterLayout, { adapter }: PlacedVera): readonly ScaledRows[] {
  const { shared, lowRank } = adapter;
  const factors = lowRank && layout.factors.get(lowRank);
  const d = lowRank && layout.byParameter.get(lowRank.a);
  const b = lowRank && layout.byParameter.get(lowRank.b);
  invariant(factors && d && b && lowRank.made, 'vera: an adapter without its vectors in the layout');
  const { r, inFeatures: widest } = shared;
  const a = { rows: r, columns: lowRank.made.inFeatures, stride: widest, shared_offset: 0 };
  const up = { rows: b.length, columns: r, stride: r, shared_offset: r * widest };
  return [
    { ...a, vector_offset: d.offset, factor_offset: factors.aOffset },
    { ...up, vector_offset: b.offset, factor_offset: factors.bOffset },
  ];
}

function record(tape: Tape, layout: AdapterLayout, operation: Operation<Attributes>, splits: number): void {
  for (const module of modulesOf(layout))
    for (const place of rowsOf(layout, module)) {
      const attributes = { place, total: layout.total, splits };
      tape.record({ operation, inputs: [], outputs: [], attributes, path: module.path });
    }
}

const sharedBy = (layout: AdapterLayout): SharedMatrices | null =>
  modulesOf(layout)[0]?.adapter.shared ?? null;

export const veraDerived: Derived = {
  buffers: (layout) => {
    const shared = sharedBy(layout);
    return new Map(shared ? [[PROJECTIONS, shared.r * (shared.inFeatures + shared.outFeatures)]] : []);
  },
  contents: (layout) => {
    const shared = sharedBy(layout);
    return new Map(shared ? [[PROJECTIONS, drawProjections(shared)]] : []);
  },
  recordValues: (tape, layout) => record(tape, layout, composeOperation, 1),
  recordGradients: (tape, layout, splits) => record(tape, layout, contractOperation, splits),
};
