// Counts over the rows of a recipe, for whoever explains what they teach. No opinions.

/** What only the caller knows about the rows. */
export interface RowFacts {
  /** Every label of every row is -100. */
  readonly allMasked: boolean;
  readonly rows: number;
  readonly maskedRows: number;
  readonly truncatedRows: number;
  readonly longestTokens: number;
  readonly packing: boolean;
  /** Rows whose trained part ends with the end-of-sequence token. */
  readonly rowsEndingWithEos: number;
  /** Optimiser steps of the run. */
  readonly steps: number;
}
