// References of `scale_rows` and `row_dots`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

/** Where a vector, its factor and the rows of the shared matrix stand, in floats. */
export interface ScaledRows {
  readonly rows: number;
  readonly columns: number;
  /** Floats from one row of the shared matrix to the next. */
  readonly stride: number;
  readonly shared_offset: number;
  readonly vector_offset: number;
  readonly factor_offset: number;
}

export interface ScaleRowsArguments extends ScaledRows {
  readonly projections: FloatArray;
  readonly adapter: FloatArray;
}

export function scaleRowsReference(args: ScaleRowsArguments): void {
  const { projections, adapter, rows, columns, stride, shared_offset, vector_offset, factor_offset } = args;
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < columns; c++)
      adapter[factor_offset + row * columns + c] =
        (adapter[vector_offset + row] ?? 0) * (projections[shared_offset + row * stride + c] ?? 0);
}

export interface RowDotsArguments extends ScaledRows {
  readonly projections: FloatArray;
  readonly grads: FloatArray;
  /** Floats of each of the parts of `grads`. */
  readonly total: number;
  readonly splits: number;
}

export function rowDotsReference(args: RowDotsArguments): void {
  const { projections, grads, total, splits } = args;
  const { rows, columns, stride, shared_offset, vector_offset, factor_offset } = args;
  for (let at = 0; at < splits * total; at += total)
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let c = 0; c < columns; c++)
        sum +=
          (grads[at + factor_offset + row * columns + c] ?? 0) *
          (projections[shared_offset + row * stride + c] ?? 0);
      grads[at + vector_offset + row] = sum;
    }
}
