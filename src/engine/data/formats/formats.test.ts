// Files as people have them against what `datasets` loads of them, with the arguments that our script gives (tests/golden/data-files.json);
// what neither reads is refused by place; and a file is the same wherever it is cut into parts.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { CellReader } from './csv/cells.ts';
import { separatorOf } from './csv/csvReader.ts';
import { readTable } from './formats.ts';
import { JsonTable } from './json/jsonTable.ts';
import type { RowTable } from './rowTable.ts';
import { textSource } from './textOf.ts';

interface Golden {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly file: string;
        readonly builder: string;
        readonly arguments: object;
        readonly rows?: readonly object[];
        readonly error?: string;
      }
    >
  >;
}

const golden: Golden = JSON.parse(readFileSync('tests/golden/data-files.json', 'utf8'));
const endings: Readonly<Record<string, string>> = {
  text: 'txt',
  json: 'json',
  csv: 'csv',
  parquet: 'parquet',
};

const looksLikeProse = /short rows|nul/;

/** Arrow has every field in every row: one without a value is none here. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, bare(one)]])),
  );
}

const read = (name: string, content: string | Uint8Array<ArrayBuffer>): Promise<RowTable> =>
  readTable(blobSource(name, new Blob([content])));

const refusal = async (name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> => {
  try {
    await read(name, content);
  } catch (error) {
    return String(error);
  }
  return 'read';
};

describe('what datasets loads', () => {
  it.each(Object.entries(golden.files))(
    '%s',
    async (what, { file, builder, arguments: given, rows, error }) => {
      const name = `mine.${endings[builder]}`;
      const content = Uint8Array.from(Buffer.from(file, 'base64'));
      if (what.endsWith('lz4')) {
        expect(await refusal(name, content)).toMatch(
          /column id: compressed with LZ4_RAW.*one of UNCOMPRESSED, SNAPPY/,
        );
        return;
      }
      if (error !== undefined) {
        expect(await refusal(name, content)).toMatch(/UserError: mine\.csv.*(line \d|byte \d)/);
        return;
      }
      const table = await read(name, content);
      expect(table.rows.map(bare)).toEqual(rows?.map(bare));
      expect(table.load).toMatchObject({ builder, arguments: given });
      expect(Object.keys(table.load.arguments)).toEqual(Object.keys(given));
      // By its content alone it is taken for the same, unless prose may look like it: one column, rows of many lengths.
      const guessed = await read('mine', content);
      if (table.columns.length > 1 && !looksLikeProse.test(what)) expect(guessed.format).toBe(table.format);
    },
  );
});

describe('what is refused', () => {
  const table = 'a,b\n';
  it.each([
    ['an empty file', 'mine.csv', '', /at least one row/],
    ['names alone', 'mine.csv', table, /at least one row/],
    ['blanks alone', 'mine.csv', ' \n\n', /no columns/],
    [
      'a first row with more cells, which pandas shifts',
      'mine.csv',
      'a,b\n1,2,3\n',
      /line 2: expected 2 columns.*got 3/,
    ],
    ['more columns than any has', 'mine.csv', `${'a,'.repeat(2000)}\n1\n`, /line 1: at most 1000 columns/],
    [
      'a quote that never ends',
      'mine.csv',
      `${table}1,2\n"${'x\n'.repeat(2 ** 23)}`,
      /line 3: a double quote opens/,
    ],
    ['UTF-16', 'mine.csv', Uint8Array.from(Buffer.from('\ufeffa,b', 'utf16le')), /byte 0/],
    [
      'a byte that is none, far in',
      'mine.txt',
      Buffer.concat([Buffer.from('a'), Buffer.alloc(2 ** 20, 'é'), Buffer.from([0xff])]),
      /byte 1048577/,
    ],
    ['a list that does not end', 'mine.json', '[{"a":1},{"a":2}', /the list does not end/],
    ['a list with more behind it', 'mine.json', '[{"a":1}] x', /the list does not end/],
    ['a list of numbers', 'mine.json', '[{"a":1},\n2]', /row 2: expected a JSON object, got 2/],
    ['an object that is cut', 'mine.json', '{"data": [\n{"a": 1}', /mine\.json/],
    ['a line that is none', 'mine.jsonl', '{"a":1}\n\n{"a"', /line 3/],
    ['Parquet that is cut', 'mine.parquet', 'PAR1 and so on', /does not end with PAR1/],
    ['Parquet with a footer of lies', 'mine.parquet', 'PAR1\xff\xff\xff\x7f\xff\xff\xff\x7fPAR1', /footer/],
  ])('%s', async (_, name, content, words) => {
    const bytes = typeof content === 'string' ? content : Uint8Array.from(content);
    const said = await refusal(name, bytes);
    expect(said).toMatch(words);
    expect(said.length).toBeLessThan(700);
  });
});

describe('a file in parts', () => {
  const parts = (text: string, cuts: readonly number[]): string[] => {
    const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
    return [...places, text.length].map((end, i) => text.slice(places[i - 1] ?? 0, end));
  };
  const csv = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', '\t', 'é') });
  const cuts = fc.array(fc.nat(200));

  it('has the same cells', () => {
    fc.assert(
      fc.property(csv, cuts, (text, at) => {
        const cells = (pieces: readonly string[]) => {
          const reader = new CellReader(',');
          return [...pieces.flatMap((piece) => [...reader.push(piece)]), ...reader.end()];
        };
        expect(cells(parts(text, at))).toEqual(cells([text]));
      }),
    );
  });

  const value = fc.record({
    a: fc.string(),
    b: fc.array(fc.oneof(fc.string(), fc.array(fc.string()), fc.integer(), fc.constant({ '[': ']}' }))),
  });
  it.each([
    ['lines', (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
    ['a list', (rows: readonly object[]) => JSON.stringify(rows, null, 1)],
  ])('has the same rows: %s', (_, write) => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 4 }), cuts, (rows, at) => {
        const table = new JsonTable('mine');
        for (const part of parts(write(rows), at)) table.push(part);
        const { table: gathered, load } = table.end();
        expect(gathered.table('json', load).rows).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
    );
  });
});

it('sees what separates the cells, whatever stands inside quotes', () => {
  expect(separatorOf('\n"a,b,c";d;e\n1,2,3')).toBe(';');
  expect(separatorOf('text')).toBe(',');
});

it('tells the line of every row', async () => {
  const { lines } = await readTable(textSource('mine.csv', 'a,b\r\n\r\n"x\r\ny",1\r\nz,2\r\n'));
  expect(lines).toEqual([3, 5]);
});
