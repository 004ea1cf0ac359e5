// How a script loads the rows that a person brought, and makes of their columns what the page makes: the same builder and arguments, the same
// cells changed by hand, the same rows left out, the same mapping.

import { editedCell, editedRows } from '../../data/columns/mapColumns.ts';
import type { PythonLoad, RawRow, RowTable } from '../../data/formats/rowTable.ts';
import { isRecord } from '../../ground/isRecord.ts';
import type { DataSource } from '../../recipe/rows/dataSource.ts';
import { slicedSplit } from '../../recipe/rows/dataSource.ts';
import type { ColumnMapping, ColumnRole, CustomData } from '../../recipe/rows/ownRows.ts';
import { isInFile } from '../../recipe/rows/ownRows.ts';
import type { Argument } from './python.ts';
import { call, expression, literal, quoted } from './python.ts';

/** What stands in a column: texts, lists of messages, or the JSON of such lists. */
type Cells = 'text' | 'list' | 'json';

export interface ScriptRows {
  readonly load: PythonLoad;
  /** Columns that the rows are made of. */
  readonly columns: readonly string[];
  readonly mapping: ColumnMapping | null;
  readonly cells: { readonly [R in ColumnRole]?: Cells };
  /** Messages have `from` and `value`. */
  readonly fromValue: boolean;
  readonly edits: readonly { readonly row: number; readonly column: string; readonly value: unknown }[];
  /** Rows behind those of the file. */
  readonly added: readonly RawRow[];
  readonly leftOut: readonly number[];
  /** The split of the hub that they are; absent: the file DATA. */
  readonly source?: DataSource;
}

const presetRows: ScriptRows = {
  load: { builder: 'json', arguments: {}, texts: false },
  columns: [],
  mapping: null,
  cells: {},
  fromValue: false,
  edits: [],
  added: [],
  leftOut: [],
};

const cellsOf = (rows: readonly RawRow[], column: string): Cells => {
  const cell = rows.find((row) => row[column] !== null && row[column] !== undefined && row[column] !== '')?.[
    column
  ];
  if (Array.isArray(cell)) return 'list';
  return typeof cell === 'string' && /^\s*\[\s*\{/.test(cell) ? 'json' : 'text';
};

/** What a script needs to know of rows and how they are used; null: they are a preset's. */
export function scriptRows(
  loaded: { readonly table: RowTable; readonly use: CustomData } | null,
): ScriptRows {
  if (loaded === null) return presetRows;
  const { table, use } = loaded;
  const mapping = use.columns ?? null;
  const used = Object.entries(mapping?.columns ?? {});
  const turns = used.flatMap(([, column]) => table.rows[0]?.[column]).find(isRecord);
  const source = isInFile(use) ? use.source : undefined;
  return {
    load: source ? { ...table.load, ...source.load } : table.load,
    columns: mapping ? [...new Set(used.map(([, column]) => column))] : table.columns,
    mapping,
    cells: Object.fromEntries(used.map(([role, column]) => [role, cellsOf(table.rows, column)])),
    fromValue: turns !== undefined && 'from' in turns,
    edits: (use.edits ?? [])
      .filter(({ row }) => row < table.rows.length)
      .map(({ row, column, value }) => ({ row, column, value: editedCell(table, row, column, value) })),
    added: editedRows(table, use).slice(table.rows.length),
    leftOut: use.leftOut ?? [],
    ...(source ? { source } : {}),
  };
}

/** JSON's words as Python's. */
function pythonOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(', ')}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, one]) => `${quoted(key)}: ${pythonOf(one)}`)
      .join(', ')}}`;
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
    ? literal(value)
    : 'None';
}

const turnsDefinition = (fromValue: boolean, rename: boolean): string => {
  const [role, content] = fromValue ? ['from', 'value'] : ['role', 'content'];
  const name = rename ? `ROLES.get(m["${role}"], m["${role}"])` : `m["${role}"]`;
  const rest = fromValue ? '' : '**m, ';
  return [
    ...(rename ? ['ROLES = {"human": "user", "gpt": "assistant"}', '', ''] : []),
    'def turns(cell):',
    '    """The messages of a cell."""',
    '    messages = json.loads(cell) if isinstance(cell, str) else cell',
    `    return [{${rest}"role": ${name}, "content": m.get("${content}")} for m in messages]`,
  ].join('\n');
};

/** Writes the function that a mapping stands for. */
class RowFunction {
  readonly #rows: ScriptRows;
  readonly #mapping: ColumnMapping;

  constructor(rows: ScriptRows, mapping: ColumnMapping) {
    this.#rows = rows;
    this.#mapping = mapping;
  }

  get readsTurns(): boolean {
    return Object.entries(this.#rows.cells).some(([role, cells]) => role !== 'tools' && cells !== 'text');
  }

  text(): string {
    const { to, columns } = this.#mapping;
    const fields: [string, string][] = [];
    if (to === 'text') fields.push(['text', this.#cell('text')]);
    if (to === 'messages') fields.push(['messages', `${this.#system()}${this.#turns('messages')}`]);
    if (columns.prompt !== undefined) fields.push(['prompt', this.#question()]);
    for (const role of ['completion', 'chosen', 'rejected'] as const)
      if (columns[role] !== undefined) fields.push([role, this.#answer(role)]);
    if (columns.tools !== undefined) fields.push(['tools', this.#cell('tools')]);
    const body = fields.map(([name, value]) => `        ${quoted(name)}: ${value},`);
    return ['def to_row(row):', '    """What the columns are for."""', '    return {', ...body, '    }'].join(
      '\n',
    );
  }

  #cell(role: ColumnRole): string {
    return `row[${quoted(this.#mapping.columns[role] ?? role)}]`;
  }

  #turns(role: ColumnRole): string {
    return `turns(${this.#cell(role)})`;
  }

  #system(): string {
    if (this.#mapping.columns.system === undefined) return '';
    const cell = this.#cell('system');
    return `([{"role": "system", "content": ${cell}}] if ${cell} else []) + `;
  }

  #isTurns(role: ColumnRole): boolean {
    const cells = this.#rows.cells[role];
    return cells === 'list' || cells === 'json';
  }

  #question(): string {
    if (this.#isTurns('prompt')) return `${this.#system()}${this.#turns('prompt')}`;
    const { columns, chat } = this.#mapping;
    const input = this.#cell('input');
    const asked =
      this.#cell('prompt') +
      (columns.input === undefined ? '' : ` + ("\\n\\n" + ${input} if ${input} else "")`);
    if (chat) return `${this.#system()}[{"role": "user", "content": ${asked}}]`;
    if (columns.system === undefined) return asked;
    const system = this.#cell('system');
    return `(${system} + "\\n\\n" if ${system} else "") + ${asked}`;
  }

  #answer(role: ColumnRole): string {
    if (this.#isTurns(role)) return this.#turns(role);
    const cell = this.#cell(role);
    return this.#mapping.chat ? `[{"role": "assistant", "content": ${cell}}]` : cell;
  }
}

/** Lines that make `dataset`, and the functions that stand before them. */
export function rowsSection(rows: ScriptRows = presetRows): {
  readonly before: readonly string[];
  readonly lines: readonly string[];
} {
  const { load, columns, mapping, edits, added, leftOut } = rows;
  const features = `Features({${columns.map((name) => `${quoted(name)}: Value("string")`).join(', ')}})`;
  const { source } = rows;
  const named: Argument[] = [
    ...(source
      ? ([
          ['split', slicedSplit(source)],
          ['revision', source.revision],
        ] satisfies Argument[])
      : ([
          ['data_files', expression('DATA')],
          ['split', 'train'],
        ] satisfies Argument[])),
    ...Object.entries(load.arguments),
    ...(load.texts ? ([['features', expression(features)]] satisfies Argument[]) : []),
  ];
  const before: string[] = [];
  const lines = [
    `dataset = ${call('load_dataset', source ? [quoted(source.hub), quoted(source.config)] : [quoted(load.builder)], named)}`,
  ];
  if (edits.length > 0) {
    const byRow = new Map<number, string[]>();
    for (const { row, column, value } of edits)
      byRow.set(row, [...(byRow.get(row) ?? []), `${quoted(column)}: ${pythonOf(value)}`]);
    before.push(
      ['EDITS = {', ...[...byRow].map(([row, cells]) => `    ${row}: {${cells.join(', ')}},`), '}'].join(
        '\n',
      ),
    );
    lines.push('dataset = dataset.map(lambda row, i: {**row, **EDITS.get(i, {})}, with_indices=True)');
  }
  if (added.length > 0) {
    before.push(['ADDED = [', ...added.map((row) => `    ${pythonOf(row)},`), ']'].join('\n'));
    lines.push(
      'added = [{name: row.get(name) for name in dataset.column_names} for row in ADDED]',
      'dataset = concatenate_datasets([dataset, Dataset.from_list(added, features=dataset.features)])',
    );
  }
  if (leftOut.length > 0) {
    before.push(`LEFT_OUT = {${leftOut.join(', ')}}`);
    lines.push('dataset = dataset.select([i for i in range(len(dataset)) if i not in LEFT_OUT])');
  }
  if (mapping !== null) {
    const made = new RowFunction(rows, mapping);
    if (made.readsTurns) before.push(turnsDefinition(rows.fromValue, mapping.renameRoles));
    before.push(made.text());
    lines.push('dataset = dataset.map(to_row, remove_columns=dataset.column_names)');
  }
  return { before, lines };
}
