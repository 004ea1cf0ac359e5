// Comma-separated values and their kin (tab, semicolon, bar): the first record names the columns, every cell is the text that stands there.
// So `datasets` reads them too when it is told that the columns are text: left alone, pandas turns a column of digits into numbers and a
// cell that says NA, None or nothing into no value. A row with more cells than names is refused: pandas would take its first column away.
import { noColumns, openQuote, raggedRow, tooMuch } from '../readErrors.ts';
import type { RowReader } from '../reader.ts';
import { MOST, TableBuilder } from '../rowTable.ts';
import { textOf } from '../textOf.ts';
import { CellReader } from './cells.ts';

const separators = [',', '\t', ';', '|'] as const;

/** What separates the cells of the first line that is not blank: what stands there most often, outside quotes. */
export function separatorOf(head: string): string {
  const line = /^.*\S.*$/m.exec(head)?.[0] ?? '';
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = separators.map((one) => bare.split(one).length - 1);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** Names as pandas gives them: a second `a` is `a.1`, one without a name `Unnamed: 2`. */
function columnNames(cells: readonly string[]): string[] {
  const named = cells.map((cell, i) => (cell === '' ? `Unnamed: ${i}` : cell));
  const taken = new Set<string>();
  return named.map((name) => {
    let own = name;
    for (let i = 1; taken.has(own); i++) own = `${name}.${i}`;
    taken.add(own);
    return own;
  });
}

/** Where the names and at least one row have as many cells, two or more. */
function looksSeparated(head: string): boolean {
  const cells = new CellReader(separatorOf(head));
  const counts = [...cells.push(head)].slice(0, 20).map((record) => record.cells.length);
  const [first = 0] = counts;
  return counts.length > 1 && first > 1 && counts.every((count) => count === first);
}

export const csvReader: RowReader = {
  name: 'csv',
  endings: ['csv', 'tsv', 'tab'],
  begins: (head) => !head.includes(0) && looksSeparated(new TextDecoder().decode(head)),
  read: async (source) => {
    const { name } = source;
    const table = new TableBuilder(name);
    let cells: CellReader | null = null;
    let separator = ',';
    let names: readonly string[] | null = null;
    const take = (reader: CellReader, part: string | null): void => {
      for (const { cells: got, line } of part === null ? reader.end() : reader.push(part)) {
        if (names === null) {
          names = columnNames(got);
          table.name(names, line);
          continue;
        }
        if (got.length > names.length) throw raggedRow({ name, line, wanted: names.length, got: got.length });
        table.add(Object.fromEntries(names.map((column, i) => [column, got[i] ?? ''])), line);
      }
      if (reader.length > MOST.characters)
        throw reader.inQuotes
          ? openQuote({ name, line: reader.line })
          : tooMuch({ name, line: reader.line, what: 'characters', most: MOST.characters, got: null });
    };
    for await (const part of textOf(source)) {
      if (cells === null) {
        separator = separatorOf(part);
        cells = new CellReader(separator);
      }
      take(cells, part);
    }
    if (cells?.inQuotes) throw openQuote({ name, line: cells.line });
    if (cells) take(cells, null);
    if (names === null) throw noColumns({ name });
    return table.table('csv', {
      builder: 'csv',
      arguments: { ...(separator === ',' ? {} : { sep: separator }), keep_default_na: false },
      texts: true,
    });
  },
};
