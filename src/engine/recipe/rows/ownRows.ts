// Rows that a person brought, as a recipe names them: the text itself while it is small, else a file by its digest; how it is read, what its
// columns are for, and what was changed by hand. Reads nothing itself: src/engine/data/ does. Of a data set of the hub the file is what was read of it.
import type { DataSource } from './dataSource.ts';

/** Readers, by the name that a link holds; data/formats/formats.ts has one for each. */
export const dataFormats = ['json', 'csv', 'parquet', 'text'] as const;
export type DataFormat = (typeof dataFormats)[number];

/** What rows become; TRL's dataset types. */
export const rowKinds = ['text', 'prompt-completion', 'messages', 'preference'] as const;
export type RowKind = (typeof rowKinds)[number];

/** What a column is for. */
export const columnRoles = [
  'text',
  'system',
  'prompt',
  'input',
  'completion',
  'messages',
  'chosen',
  'rejected',
  'tools',
] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** Roles of each kind; those of the second list may be left out. */
export const rolesOf: Readonly<
  Record<RowKind, { readonly needed: readonly ColumnRole[]; readonly more: readonly ColumnRole[] }>
> = {
  text: { needed: ['text'], more: [] },
  'prompt-completion': { needed: ['prompt', 'completion'], more: ['system', 'input', 'tools'] },
  messages: { needed: ['messages'], more: ['system', 'tools'] },
  preference: { needed: ['chosen', 'rejected'], more: ['prompt', 'system', 'tools'] },
};

export interface ColumnMapping {
  readonly to: RowKind;
  /** Name of the column of each role. */
  readonly columns: { readonly [R in ColumnRole]?: string };
  /** Texts become turns of a conversation, which the chat template writes; otherwise they stay texts. */
  readonly chat: boolean;
  /** `human` and `gpt` are called user and assistant. TRL leaves them. */
  readonly renameRoles: boolean;
}

/** A cell that was changed by hand. `row` counts from 0, in the file; behind its end stand rows that were added. */
export interface CellEdit {
  readonly row: number;
  readonly column: string;
  /** The text; of a cell that is no text, its JSON. */
  readonly value: string;
}

interface HowRead {
  /** Absent: rows as a page of earlier days held them, which are JSON. */
  readonly format?: DataFormat;
  /** Absent: the columns are named as TRL names them. */
  readonly columns?: ColumnMapping;
  readonly edits?: readonly CellEdit[];
  /** Rows that are not used. */
  readonly leftOut?: readonly number[];
}

/** Rows that travel with the recipe. */
export interface TextRows extends HowRead {
  readonly name: string;
  readonly text: string;
}

/** Rows of a file, which whoever opens the recipe elsewhere has to bring. */
export interface FileRows extends HowRead {
  readonly name: string;
  readonly digest: string;
  /** Where they can be had. */
  readonly source?: DataSource;
}

/** Kept apart from the settings: private, and in a link only when asked for. */
export type CustomData = TextRows | FileRows;

/** The rows that travel with the recipe. */
export const textOfRows = (data: CustomData | undefined): string =>
  data === undefined || isInFile(data) ? '' : data.text;

export const isInFile = (data: CustomData): data is FileRows => 'digest' in data;

const written = ({ format = 'json', columns, edits = [], leftOut = [] }: CustomData): string =>
  JSON.stringify([
    format,
    columns && [columns.to, columns.chat, columns.renameRoles, Object.entries(columns.columns).sort()],
    edits.map(({ row, column, value }) => [row, column, value]),
    leftOut,
  ]);

/** Whether both give the same rows, whatever they are called. */
export function sameRows(a: CustomData | undefined, b: CustomData | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const source =
    isInFile(a) || isInFile(b) ? isInFile(a) && isInFile(b) && a.digest === b.digest : a.text === b.text;
  return source && written(a) === written(b);
}
