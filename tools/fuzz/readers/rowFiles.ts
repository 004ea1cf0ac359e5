// The readers of files of rows, each by its own format, and what columns make of them.
import { readFileSync } from 'node:fs';
import { guessMapping } from '../../../src/engine/data/columns/guessMapping.ts';
import { readColumns } from '../../../src/engine/data/columns/mapColumns.ts';
import { readTable } from '../../../src/engine/data/formats/formats.ts';
import { blobSource } from '../../../src/engine/ground/formats/byteSource.ts';
import type { DataFormat } from '../../../src/engine/recipe/rows/ownRows.ts';
import type { Random } from '../random.ts';
import type { Input, Reader } from '../reader.ts';
import { asBytes, asJson, asText, bytesOf } from '../reader.ts';

const golden: {
  readonly files: Readonly<Record<string, { readonly file: string; readonly error?: string }>>;
} = JSON.parse(readFileSync('tests/golden/data-files.json', 'utf8'));
const files = (format: string): Uint8Array<ArrayBuffer>[] =>
  Object.entries(golden.files)
    .filter(([name, { error }]) => name.startsWith(`${format}: `) && error === undefined)
    .map(([, { file }]) => Uint8Array.from(Buffer.from(file, 'base64')));

const isText = (text: string): boolean => !/\p{Cs}/u.test(text);

/** Half of a character in a name or a cell, or a row without one of its columns' names. */
function broken(_: unknown, value: unknown): string | null {
  const { columns, rows } = Object(value);
  const written = JSON.stringify([columns, rows]);
  // JSON writes half of a character as an escape.
  return isText(written) && !/\\ud[89a-f]/i.test(written.replaceAll('\\\\', ''))
    ? null
    : 'half of a character';
}

const reader = (format: DataFormat, mutate: (input: Input, random: Random) => Input): Reader => ({
  name: `rows: ${format}`,
  corpus: files(format),
  mutate,
  read: async (input) => {
    const table = await readTable(blobSource('mine', new Blob([bytesOf(input)])), format);
    const { mapping } = guessMapping(table);
    const { rows } = await readColumns(table, mapping ? { columns: mapping } : {});
    return { columns: table.columns, rows: table.rows, made: rows };
  },
  forbids: broken,
});

const either = (input: Input, random: Random): Input =>
  random.chance(3) ? asBytes(input, random) : asText(input, random);

export const rowFileReaders: readonly Reader[] = [
  reader('json', (input, random) => (random.chance(2) ? either(input, random) : asJson(input, random))),
  reader('csv', either),
  reader('text', either),
  reader('parquet', asBytes),
];
