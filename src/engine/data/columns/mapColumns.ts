// The columns of a table → rows, by a mapping or by the names that TRL knows. A cell that can't be what its column is for is refused by row and
// column. Text becomes turns of a conversation only where the mapping says so.
import { UserError } from '../../ground/errors.ts';
import { isRecord } from '../../ground/isRecord.ts';
import { quote } from '../../ground/quote.ts';
import { readJson } from '../../ground/strictJson.ts';
import type { ColumnMapping, ColumnRole, CustomData } from '../../recipe/rows/ownRows.ts';
import { rolesOf } from '../../recipe/rows/ownRows.ts';
import { badCell, noColumn } from '../dataErrors.ts';
import type { RawRow, RowTable } from '../formats/rowTable.ts';
import { placeOf } from '../formats/rowTable.ts';
import type { Row } from '../rows.ts';
import { readRow } from '../rows.ts';
import { readEdit } from './edits.ts';

/** What TRL leaves as it is. */
const renamed: ReadonlyMap<unknown, string> = new Map([
  ['human', 'user'],
  ['gpt', 'assistant'],
]);

type Turn = Readonly<Record<string, unknown>>;
const turn = (role: string, content: string): Turn => ({ role, content });

/** One row under a mapping. */
class MappedRow {
  readonly #table: RowTable;
  readonly #mapping: ColumnMapping;
  readonly #row: RawRow;
  readonly #index: number;

  constructor(table: RowTable, mapping: ColumnMapping, row: RawRow, index: number) {
    this.#table = table;
    this.#mapping = mapping;
    this.#row = row;
    this.#index = index;
  }

  /** By TRL's names. */
  record(): RawRow {
    const tools = this.#cell('tools');
    const more = this.#isAbsent(tools) ? {} : { tools };
    switch (this.#mapping.to) {
      case 'text':
        return { text: this.#text('text') };
      case 'messages':
        return { messages: [...this.#system(), ...this.#turns('messages')], ...more };
      case 'prompt-completion':
        return { ...this.#question(), completion: this.#answer('completion'), ...more };
      case 'preference': {
        const prompt = this.#mapping.columns.prompt === undefined ? {} : this.#question();
        return { ...prompt, chosen: this.#answer('chosen'), rejected: this.#answer('rejected'), ...more };
      }
    }
  }

  #isAbsent(value: unknown): value is null | undefined | '' {
    return value === null || value === undefined || value === '';
  }

  #cell(role: ColumnRole): unknown {
    const column = this.#mapping.columns[role];
    return column === undefined ? undefined : (this.#row[column] ?? null);
  }

  #bad(role: ColumnRole, wanted: 'text' | 'messages', value: unknown): Error {
    const column = this.#mapping.columns[role] ?? role;
    return badCell({ where: placeOf(this.#table, this.#index), column, wanted, got: quote(value, 40) });
  }

  #text(role: ColumnRole): string {
    const value = this.#cell(role);
    if (typeof value !== 'string') throw this.#bad(role, 'text', value);
    return value;
  }

  /** A list of messages, or the JSON of one. */
  #list(role: ColumnRole): readonly unknown[] | null {
    const value = this.#cell(role);
    const list = typeof value === 'string' && /^\s*\[/.test(value) ? readJson(value).value : value;
    return Array.isArray(list) && list.length > 0 && list.every(isRecord) ? list : null;
  }

  #turns(role: ColumnRole): readonly unknown[] {
    const list = this.#list(role);
    if (list === null) throw this.#bad(role, 'messages', this.#cell(role));
    if (!this.#mapping.renameRoles) return list;
    return list.map((one) => {
      if (!isRecord(one)) return one;
      const role = one.role ?? one.from;
      return { ...one, role: renamed.get(role) ?? role };
    });
  }

  #system(): readonly Turn[] {
    const value = this.#cell('system');
    return this.#isAbsent(value) ? [] : [turn('system', this.#text('system'))];
  }

  /** The prompt with what stands before and after it: instruction, empty line, input. */
  #question(): RawRow {
    if (this.#list('prompt') !== null) return { prompt: [...this.#system(), ...this.#turns('prompt')] };
    const input = this.#cell('input');
    const words = [this.#text('prompt'), ...(this.#isAbsent(input) ? [] : [this.#text('input')])];
    const prompt = words.join('\n\n');
    if (this.#mapping.chat) return { prompt: [...this.#system(), turn('user', prompt)] };
    const system = this.#cell('system');
    return { prompt: this.#isAbsent(system) ? prompt : `${this.#text('system')}\n\n${prompt}` };
  }

  #answer(role: ColumnRole): unknown {
    if (this.#list(role) !== null) return this.#turns(role);
    const words = this.#text(role);
    return this.#mapping.chat ? [turn('assistant', words)] : words;
  }
}

/** Throws UserError 'column' for a mapping that names a column which there is not, or lacks one. */
function assertColumns({ name, columns }: RowTable, mapping: ColumnMapping): void {
  for (const role of rolesOf[mapping.to].needed)
    if (mapping.columns[role] === undefined) throw noColumn({ name, role, column: null, columns });
  for (const [role, column] of Object.entries(mapping.columns))
    if (!columns.includes(column)) throw noColumn({ name, role, column, columns });
}

/** The row with what was changed by hand. */
export function editedRows(table: RowTable, { edits = [] }: Pick<CustomData, 'edits'>): readonly RawRow[] {
  if (edits.length === 0) return table.rows;
  const rows = [...table.rows];
  for (const { row, column, value } of edits) {
    // One behind the last is a row more.
    const old = rows[row] ?? (row === rows.length ? {} : undefined);
    if (old !== undefined) rows[row] = { ...old, [column]: editedCell(table, row, column, value) };
  }
  return rows;
}

/** What a cell holds after an edit; of a row that was added, read as the first row's. */
export function editedCell({ rows }: RowTable, row: number, column: string, value: string): unknown {
  const like = row < rows.length ? rows[row] : rows[0];
  return readEdit(like?.[column], value);
}

export type UseOfRows = Pick<CustomData, 'columns' | 'edits' | 'leftOut'>;

/** What a row becomes. Throws UserError naming row and column. */
export type RowReading = (index: number) => Row;

/** Reads rows one by one. Throws UserError 'column' for a mapping that does not fit the table. */
function rowReading(table: RowTable, use: UseOfRows): { readonly count: number; readonly read: RowReading } {
  const rows = editedRows(table, use);
  const { columns: mapping } = use;
  if (mapping) assertColumns(table, mapping);
  const read = (index: number): Row => {
    const row = rows[index] ?? {};
    return readRow(mapping ? new MappedRow(table, mapping, row, index).record() : row, () =>
      placeOf(table, index),
    );
  };
  return { count: rows.length, read };
}

/** Rows that are read without a pause. */
const A_BREATH = 2000;

/** Every row of a file that is used, and why others are none. */
export interface ReadRows {
  /** Rows that can be trained, in their order. */
  readonly rows: readonly Row[];
  /** The place of each in its file, from 0. */
  readonly places: readonly number[];
  /** By place: what is wrong with a row. */
  readonly problems: ReadonlyMap<number, UserError>;
}

/** Throws UserError 'column' for a mapping that does not fit the table. */
export async function readColumns(
  table: RowTable,
  use: UseOfRows,
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<ReadRows> {
  const { count, read } = rowReading(table, use);
  const left = new Set(use.leftOut);
  const rows: Row[] = [];
  const places: number[] = [];
  const problems = new Map<number, UserError>();
  for (let i = 0; i < count; i++) {
    if (i % A_BREATH === A_BREATH - 1) await breathe();
    if (left.has(i)) continue;
    try {
      rows.push(read(i));
      places.push(i);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.set(i, error);
    }
  }
  return { rows, places, problems };
}

/** Throws what is wrong with the first row that is none. */
export function allOf({ rows, problems }: ReadRows): readonly Row[] {
  const [first] = problems.values();
  if (first) throw first;
  return rows;
}
