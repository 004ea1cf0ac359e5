// Products by how many rows they have: a token of an answer, a short row of a batch, a long batch. What suits one keeps a GPU idle, or out of
// registers, in another. Knows no kernel.

export const rowClasses = ['few', 'some', 'many'] as const;
export type RowClass = (typeof rowClasses)[number];

/** One of each class. */
export type ByRows<T> = Readonly<Record<RowClass, T>>;

/** Most rows of the first two classes. */
export const MOST_ROWS = { few: 8, some: 256 } as const;

const rowClass = (rows: number): RowClass =>
  rows <= MOST_ROWS.few ? 'few' : rows <= MOST_ROWS.some ? 'some' : 'many';

/** What a product of `rows` rows takes. */
export const forRows = <T extends string>(choice: T | ByRows<T>, rows: number): T =>
  typeof choice === 'string' ? choice : choice[rowClass(rows)];
