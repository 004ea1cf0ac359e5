// The formats that rows are read from: a line for each. Which one a file has its ending says, else how it begins.
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { DataFormat } from '../../recipe/rows/ownRows.ts';
import { emptyData } from '../dataErrors.ts';
import { csvReader } from './csv/csvReader.ts';
import { jsonReader } from './json/jsonReader.ts';
import { parquetReader } from './parquet/parquetReader.ts';
import type { RowReader } from './reader.ts';
import type { RowTable } from './rowTable.ts';
import { assertSize } from './rowTable.ts';
import { textReader } from './text/textReader.ts';

/** Asked in this order how a file begins. */
const readers: readonly RowReader[] = [parquetReader, jsonReader, csvReader, textReader];

const HEAD_BYTES = 2 ** 16;

const endingOf = (name: string): string => /\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? '';

async function readerOf(source: ByteSource, format: DataFormat | undefined): Promise<RowReader> {
  const ending = endingOf(source.name);
  const named = readers.find(({ name, endings }) => name === format || (!format && endings.includes(ending)));
  if (named) return named;
  const head = await source.read(0, Math.min(source.size, HEAD_BYTES));
  return readers.find(({ begins }) => begins(head)) ?? textReader;
}

/** The rows of a file. Throws UserError naming file, place and remedy. */
export async function readTable(source: ByteSource, format?: DataFormat, most?: number): Promise<RowTable> {
  const { name, size } = source;
  if (size === 0) throw emptyData({ name, list: false });
  // Of a file that is read in parts no more is held than is wanted.
  if (most === undefined) assertSize(name, size);
  const table = await (await readerOf(source, format)).read(source, most);
  if (table.rows.length === 0) throw emptyData({ name, list: false });
  return table;
}
