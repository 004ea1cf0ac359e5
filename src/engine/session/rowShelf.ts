// Rows that people bring, read once: files by their digest, texts as they come with a recipe. What was read last stays in memory, the rest is
// read anew; a file itself stays where it is and is only pointed at.

import { guessMapping } from '../data/columns/guessMapping.ts';
import type { ReadRows } from '../data/columns/mapColumns.ts';
import { allOf, readColumns } from '../data/columns/mapColumns.ts';
import { readTable } from '../data/formats/formats.ts';
import type { RowTable } from '../data/formats/rowTable.ts';
import { assertSize } from '../data/formats/rowTable.ts';
import { textOf, textSource } from '../data/formats/textOf.ts';
import type { Row } from '../data/rows.ts';
import { FNV_SEEDS, fnv, hexadecimal } from '../ground/digest.ts';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import type { DataSource } from '../recipe/rows/dataSource.ts';
import type { ColumnMapping, CustomData, DataFormat } from '../recipe/rows/ownRows.ts';
import { isInFile, sameRows } from '../recipe/rows/ownRows.ts';
import { rowsMissing } from './sessionErrors.ts';

/** Texts up to this size travel with the recipe; larger ones, and what is no text, are named by their digest. */
const MOST_TEXT_BYTES = 2 ** 19;

const PART_BYTES = 2 ** 22;

async function digestOf(source: ByteSource): Promise<string> {
  let hashes = fnv(FNV_SEEDS, new Uint8Array());
  for (let at = 0; at < source.size; at += PART_BYTES)
    hashes = fnv(hashes, await source.read(at, Math.min(PART_BYTES, source.size - at)));
  return hexadecimal(hashes);
}

/** A file of rows that was opened: as a recipe holds it, and what its columns are probably for. */
export interface OpenedRows {
  readonly data: CustomData;
  readonly columns: readonly string[];
  readonly rows: number;
  /** null: nobody can tell; then the recipe's data has no mapping yet. */
  readonly guess: ColumnMapping | null;
}

/** Unique to what is read, not to how its columns are used. */
const keyOf = (data: CustomData): string =>
  `${data.format ?? 'json'} ${isInFile(data) ? `file ${data.digest}` : `text ${data.text}`}`;

export class RowShelf {
  readonly #files = new Map<string, ByteSource>();
  readonly #breathe: () => Promise<void>;
  #table: { readonly key: string; readonly table: Promise<RowTable> } | null = null;
  #mapped: { readonly data: CustomData; readonly read: ReadRows } | null = null;

  constructor(breathe: () => Promise<void>) {
    this.#breathe = breathe;
  }

  /** A file that recipes may name. */
  hold(digest: string, source: ByteSource): void {
    this.#files.set(digest, source);
  }

  /** Reads a file; `from`: where it can be had again, which a recipe names in its place. Throws UserError naming file, place and remedy. */
  async open(source: ByteSource, format?: DataFormat, from?: DataSource): Promise<OpenedRows> {
    assertSize(source.name, source.size);
    const table = await readTable(source, format);
    const { name } = source;
    const { mapping, plain } = guessMapping(table);
    const how = { format: table.format, ...(mapping && !plain ? { columns: mapping } : {}) };
    const inside = from === undefined && table.format !== 'parquet' && source.size <= MOST_TEXT_BYTES;
    let data: CustomData;
    if (inside) {
      let text = '';
      for await (const part of textOf(source)) text += part;
      data = { name, text, ...how };
    } else {
      const digest = await digestOf(source);
      this.hold(digest, source);
      data = { name, digest, ...(from ? { source: from } : {}), ...how };
    }
    this.#table = { key: keyOf(data), table: Promise.resolve(table) };
    return { data, columns: table.columns, rows: table.rows.length, guess: mapping };
  }

  /** The table of a recipe's rows. Throws UserError 'rows-missing' for a file that is not open, or for what can't be read. */
  table(data: CustomData): Promise<RowTable> {
    const key = keyOf(data);
    if (this.#table?.key !== key) {
      const table = readTable(this.source(data), data.format ?? 'json');
      this.#table = { key, table };
      // What failed is read anew.
      table.catch(() => {
        if (this.#table?.table === table) this.#table = null;
      });
    }
    return this.#table.table;
  }

  /** The same rows are the same objects as long as they stand here. Throws UserError naming row and column. */
  async rows(data: CustomData): Promise<readonly Row[]> {
    return allOf(await this.read(data));
  }

  /** With what is wrong with those that are none. Throws UserError for a mapping that does not fit. */
  async read(data: CustomData): Promise<ReadRows> {
    if (this.#mapped && sameRows(this.#mapped.data, data)) return this.#mapped.read;
    const read = await readColumns(await this.table(data), data, this.#breathe);
    this.#mapped = { data, read };
    return read;
  }

  /** Throws UserError 'rows-missing'. */
  source(data: CustomData): ByteSource {
    if (!isInFile(data)) return textSource(data.name, data.text);
    const found = this.#files.get(data.digest);
    if (!found) throw rowsMissing({ name: data.name, digest: data.digest });
    return found;
  }
}
