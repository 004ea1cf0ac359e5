// What every reader gives: rows with named columns, where each stands in its file, and how `datasets` loads the same. Counts what it is
// given before it keeps it. Knows nothing of what a column is for.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { DataFormat } from '../../recipe/rows/ownRows.ts';
import { tooMuch } from './readErrors.ts';

/** Bytes of a file, rows, columns, and characters of one row: what a page can hold twice, once for each of its workers. */
export const MOST = { bytes: 2 ** 29, rows: 1_000_000, columns: 1000, characters: 2 ** 24 } as const;

export type RawRow = Readonly<Record<string, unknown>>;

/** `load_dataset(builder, data_files=…, split="train", **arguments)`; `features`: columns that are to be read as text. */
export interface PythonLoad {
  readonly builder: 'json' | 'csv' | 'parquet' | 'text';
  readonly arguments: Readonly<Record<string, string | boolean>>;
  readonly texts: boolean;
}

export interface RowTable {
  readonly name: string;
  readonly format: DataFormat;
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
  /** Line at which each row begins; null: rows are counted. */
  readonly lines: readonly number[] | null;
  readonly load: PythonLoad;
}

/** Where a row stands, as people count. */
export function placeOf({ name, lines }: Pick<RowTable, 'name' | 'lines'>, row: number): Text {
  const line = lines?.[row];
  return line === undefined
    ? text(`${name}, row ${row + 1}`, `${name}，第 ${row + 1} 行`)
    : text(`${name}, line ${line}`, `${name}，第 ${line} 行`);
}

/** Throws UserError 'rows-too-many' for a file that is too large to be held. */
export function assertSize(name: string, bytes: number): void {
  if (bytes > MOST.bytes) throw tooMuch({ name, line: null, what: 'bytes', most: MOST.bytes, got: bytes });
}

/** Gathers rows one by one. */
export class TableBuilder {
  readonly #name: string;
  readonly #columns = new Set<string>();
  readonly #rows: RawRow[] = [];
  readonly #lines: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Columns that stand in the file whatever its rows hold. Throws UserError 'rows-too-many'. */
  name(columns: readonly string[], line: number | null = null): void {
    for (const column of columns) this.#columns.add(column);
    const { size } = this.#columns;
    if (size > MOST.columns)
      throw tooMuch({ name: this.#name, line, what: 'columns', most: MOST.columns, got: size });
  }

  /** Throws UserError 'rows-too-many'. */
  add(row: RawRow, line: number | null): void {
    if (this.#rows.length === MOST.rows)
      throw tooMuch({ name: this.#name, line, what: 'rows', most: MOST.rows, got: null });
    this.#rows.push(row);
    if (line !== null) this.#lines.push(line);
    for (const column in row) if (!this.#columns.has(column)) this.name([column], line);
  }

  table(format: DataFormat, load: PythonLoad): RowTable {
    const lines = this.#lines.length === this.#rows.length && this.#rows.length > 0 ? this.#lines : null;
    return { name: this.#name, format, columns: [...this.#columns], rows: this.#rows, lines, load };
  }
}
