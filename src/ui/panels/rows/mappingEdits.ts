// Changes of what columns are for, and of single rows: pure, each a line in a test.
import type { ColumnMapping, ColumnRole, CustomData, RowKind } from '../../../engine/index.ts';
import { rolesOf } from '../../../engine/index.ts';

/** A mapping of another kind, with the columns that are called what they are for, and those that had the role before. */
export function startMapping(
  to: RowKind,
  columns: readonly string[],
  before: ColumnMapping | undefined,
): ColumnMapping {
  const { needed, more } = rolesOf[to];
  const named = [...needed, ...more].flatMap((role) => {
    const column = before?.columns[role] ?? columns.find((one) => one.toLowerCase() === role);
    return column === undefined ? [] : [[role, column] as const];
  });
  return {
    to,
    columns: Object.fromEntries(named),
    chat: before?.chat ?? false,
    renameRoles: before?.renameRoles ?? false,
  };
}

/** Another column for a role; '' for none. */
export function withColumn(mapping: ColumnMapping, role: ColumnRole, column: string): ColumnMapping {
  const { [role]: _, ...rest } = mapping.columns;
  return { ...mapping, columns: column === '' ? rest : { ...rest, [role]: column } };
}

/** Prompts and completions of these rows as turns of a conversation. */
export function asConversation({ columns }: Pick<CustomData, 'columns'>): ColumnMapping {
  const named = { prompt: 'prompt', completion: 'completion' };
  return columns
    ? { ...columns, chat: true }
    : { to: 'prompt-completion', columns: named, chat: true, renameRoles: false };
}

/** The cell with another text; as in the file where it says the same again is not known here. */
export function withEdit(
  { edits = [] }: Pick<CustomData, 'edits'>,
  row: number,
  column: string,
  value: string,
): NonNullable<CustomData['edits']> {
  const others = edits.filter((edit) => edit.row !== row || edit.column !== column);
  return [...others, { row, column, value }];
}

/** Rows left out with these, or taken back. */
export function leaving(
  { leftOut = [] }: Pick<CustomData, 'leftOut'>,
  rows: readonly number[],
  out: boolean,
): readonly number[] {
  const kept = new Set(leftOut);
  for (const row of rows)
    if (out) kept.add(row);
    else kept.delete(row);
  return [...kept].sort((a, b) => a - b);
}
