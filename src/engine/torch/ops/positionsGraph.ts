// Where tokens stand, for a graph: the position of each within its document or row, and rows of a table by it.
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Contents, Lowering } from '../autograd/lowering.ts';
import type { BatchShape } from '../recording.ts';

/** Of the token at `row` of [B·T]. */
function positionOf(
  { tokens, packed }: BatchShape,
  step: StepNumbers,
  contents: Contents,
): (row: number) => number {
  const documents = packed ? contents('documents') : null;
  return (row) => step.position + (row % tokens) - (documents?.[row] ?? 0);
}

/** Rows of `width` floats of a frozen table, by each token's position, as [B·T, ...shape]. */
export function rowsByPosition(
  to: Lowering,
  batch: BatchShape,
  table: { readonly buffer: string; readonly width: number; readonly last?: number },
  shape: readonly number[],
): Tensor {
  const { buffer, width, last = Number.POSITIVE_INFINITY } = table;
  const n = batch.rows * batch.tokens;
  return to.made(`rows of ${buffer}`, 'float', [n, ...shape], (step, contents) => {
    const position = positionOf(batch, step, contents);
    const all = contents(buffer);
    invariant(all instanceof Float32Array, `lowering: '${buffer}' holds no floats`);
    const rows = new Float32Array(n * width);
    for (let row = 0; row < n; row++) {
      const from = Math.min(position(row), last) * width;
      rows.set(all.subarray(from, from + width), row * width);
    }
    return rows;
  });
}
