// What a format of rows is: its name, the endings of its files, how its text begins, and how it is read. formats.ts lists them.
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { DataFormat } from '../../recipe/rows/ownRows.ts';
import type { RowTable } from './rowTable.ts';

export interface RowReader {
  readonly name: DataFormat;
  /** Endings of its files, without a dot. */
  readonly endings: readonly string[];
  /** Whether a file that begins so is one; asked in the order of the list, of files whose ending says nothing. */
  readonly begins: (head: Uint8Array) => boolean;
  /** `most`: of a file that can be read in parts no more rows are read. Throws UserError naming file, place and remedy. */
  readonly read: (source: ByteSource, most?: number) => Promise<RowTable>;
}
