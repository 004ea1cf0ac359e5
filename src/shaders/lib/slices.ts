// Host side of lib/slices.wgsl: sums over many rows for each of a row's columns, an invocation a column, or the rows shared by 32 of them.
import source from './slices.wgsl?raw';

/** WGSL `sliced(own, column, slice)`, for kernels with these constants, an alias `Sum` and `partial`. */
export const slicesSnippet: string = source;

/** Constants of every kernel that uses it, as the portable variants have them. */
export const wholeColumns = { COLUMNS: 64, SLICES: 1 } as const;

/** As adapters with many lanes have them. */
export const slicedColumns = { COLUMNS: 8, SLICES: 32 } as const;

interface Slicing {
  readonly COLUMNS: number;
  readonly SLICES: number;
}

/** Workgroups along the columns. */
export const columnGroups = (columns: number, { COLUMNS }: Slicing): number => Math.ceil(columns / COLUMNS);

/** Rows in a row of one invocation, of `splits` stretches. */
export const slicedRows = (n: number, splits: number, { SLICES }: Slicing): number =>
  Math.ceil(Math.ceil(n / splits) / SLICES);
