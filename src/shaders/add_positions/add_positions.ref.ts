// Reference of `add_positions`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface AddPositionsArguments {
  readonly table: FloatArray;
  /** [N]: first token of each token's document, within its row; without HAS_DOCUMENTS a row is one document. */
  readonly documents: Uint32Array;
  readonly step: Pick<StepNumbers, 'position'>;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly t: number;
  readonly positions: number;
  readonly HAS_DOCUMENTS: number;
}

export function addPositionsReference(args: AddPositionsArguments): void {
  const { table, documents, step, x, n, c, t, positions } = args;
  for (let row = 0; row < n; row++) {
    const begins = args.HAS_DOCUMENTS === 1 ? (documents[row] ?? 0) : 0;
    const from = Math.min(step.position + (row % t) - begins, positions - 1) * c;
    for (let i = 0; i < c; i++) x[row * c + i] = (x[row * c + i] ?? 0) + (table[from + i] ?? 0);
  }
}
