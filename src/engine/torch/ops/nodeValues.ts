// Picks inputs and outputs of a node by place, refusing a missing one. Nothing else.
import { invariant } from '../../ground/errors.ts';
import type { Value } from '../autograd/value.ts';

export function valueAt<const I extends readonly number[]>(
  values: readonly Value[],
  ...indices: I
): { [K in keyof I]: Value } {
  return indices.map((index) => {
    const value = values[index];
    invariant(value, `operation: value ${index} is missing`);
    return value;
  }) as unknown as { [K in keyof I]: Value };
}

/** Rows and columns of a [N, C] value. */
export function rowsAndColumns(value: Value): { readonly n: number; readonly c: number } {
  const [n, c] = value.shape;
  invariant(n !== undefined && c !== undefined, `operation: '${value.name}' is not a matrix`);
  return { n, c };
}
