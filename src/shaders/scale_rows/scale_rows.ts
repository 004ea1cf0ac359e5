// Declares VeRA's two kernels: the factors that LoRA's kernels then train with, and the vectors' gradients from the factors'.
// Source: Kopiczko et al., VeRA, 2024; PEFT 0.21 tuners/vera/layer.py.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import dotsSource from './row_dots.wgsl?raw';
import { rowDotsReference, scaleRowsReference } from './scale_rows.ref.ts';
import rowsSource from './scale_rows.wgsl?raw';

const place = {
  rows: 'u32',
  columns: 'u32',
  stride: 'u32',
  shared_offset: 'u32',
  vector_offset: 'u32',
  factor_offset: 'u32',
} as const;

/** A shared matrix, a vector of the adapter → a factor [rows, columns] of the adapter. */
export const scaleRows = defineKernel({
  name: 'scale_rows',
  source: rowsSource,
  buffers: { projections: 'read', adapter: 'read_write' },
  params: place,
  constants: gridConstants,
  workgroups: ({ rows, columns }) => flatGrid(rows * columns),
  reference: scaleRowsReference,
});

/** A shared matrix, grads [S, total] of a factor → grads of its vector. */
export const rowDots = defineKernel({
  name: 'row_dots',
  source: dotsSource,
  buffers: { projections: 'read', grads: 'read_write' },
  params: { ...place, total: 'u32', splits: 'u32' },
  constants: {},
  workgroups: ({ rows, splits }) => [rows, splits, 1],
  chain: ({ columns }) => Math.ceil(columns / 64) + 64,
  reference: rowDotsReference,
});
