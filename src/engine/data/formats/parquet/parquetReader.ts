// Parquet by hyparquet, one row group at a time; the library comes when the first such file does. Sizes and codecs are judged by the
// file's footer before any of its data is unpacked. Integers beyond 2^53 and times become text.
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet';
import { causeOf, UserError } from '../../../ground/errors.ts';
import type { ByteSource } from '../../../ground/formats/byteSource.ts';
import { shortened } from '../../../ground/quote.ts';
import { same, text } from '../../../ground/text.ts';
import { wellFormed } from '../../../ground/wellFormed.ts';
import { emptyData } from '../../dataErrors.ts';
import { parquetCodec, parquetDamaged, tooMuch } from '../readErrors.ts';
import type { RowReader } from '../reader.ts';
import { MOST, TableBuilder } from '../rowTable.ts';

const MAGIC = 'PAR1';
/** A footer names columns and row groups; none that is honest is larger. */
const MOST_FOOTER = 2 ** 26;
/** Rows that are asked for at a time of one row group. */
const ROWS_A_TIME = 50_000;

/** Those whose files here read as pyarrow wrote them; LZ4 of hyparquet-compressors 1.1.2 does not. */
const codecs = ['SNAPPY', 'GZIP', 'ZSTD', 'BROTLI'] as const;

/** The file for the library. Throws UserError 'parquet' for a place that the file has not. */
const asBuffer = (source: ByteSource): AsyncBuffer => ({
  byteLength: source.size,
  slice: async (start, end = source.size) => {
    if (!(start >= 0 && start <= end && end <= source.size))
      throw damaged(source.name, `it points to bytes ${start} to ${end}`, `它指向第 ${start} 到 ${end} 字节`);
    return (await source.read(start, end - start)).buffer;
  },
});

const damaged = (name: string, en: string, zh: string): UserError =>
  parquetDamaged({ name, cause: text(en, zh) });

/** A page is never so large that what it says it unpacks to can't be believed. */
const MOST_PAGE = 2 ** 26;

/** A page's own word for its size is bounded before room is made for it. */
function boundedCodecs(all: Compressors): Compressors {
  const bounded: Compressors = {};
  for (const codec of codecs) {
    const unpack = all[codec];
    if (unpack)
      bounded[codec] = (input, length) => {
        if (!(length <= MOST_PAGE)) throw new RangeError(`a page of ${length} bytes`);
        return unpack(input, length);
      };
  }
  return bounded;
}

/** Values as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
  return value;
}

/** Of as many rows as are wanted. */
function assertReadable(name: string, metadata: FileMetaData, compressors: Compressors, most: number): void {
  const rows = Math.min(Number(metadata.num_rows), most);
  if (rows > MOST.rows) throw tooMuch({ name, line: null, what: 'rows', most: MOST.rows, got: rows });
  let bytes = 0;
  let before = 0;
  for (const group of metadata.row_groups) {
    if (before >= most) break;
    before += Number(group.num_rows);
    for (const { meta_data } of group.columns) {
      if (!meta_data) continue;
      bytes += Number(meta_data.total_uncompressed_size);
      const { codec } = meta_data;
      if (codec !== 'UNCOMPRESSED' && !Object.hasOwn(compressors, codec))
        throw parquetCodec({
          name,
          column: meta_data.path_in_schema.join('.'),
          codec,
          known: ['UNCOMPRESSED', ...Object.keys(compressors)],
        });
    }
  }
  if (bytes > MOST.bytes) throw tooMuch({ name, line: null, what: 'bytes', most: MOST.bytes, got: bytes });
}

/** What the library throws of a file is about the file. */
async function asDamage<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw parquetDamaged({ name, cause: same(shortened(causeOf(error))) });
  }
}

/** The file's own word for the size of its footer. Throws UserError 'parquet'. */
async function assertFooter(source: ByteSource): Promise<void> {
  const { name, size } = source;
  const bad = (en: string, zh: string): UserError => damaged(name, en, zh);
  if (size < 12) throw bad(`it has ${size} bytes`, `只有 ${size} 字节`);
  const end = await source.read(size - 8, 8);
  const magic = new TextDecoder('latin1').decode(end.subarray(4));
  if (magic === 'PARE') throw bad('its footer is encrypted', '文件尾已加密');
  if (magic !== MAGIC)
    throw bad('it does not end with PAR1: it may be cut', '不以 PAR1 结尾：文件可能被截断');
  const bytes = new DataView(end.buffer).getUint32(0, true);
  if (bytes > Math.min(size - 12, MOST_FOOTER))
    throw bad(`its footer is said to have ${bytes} bytes`, `文件尾自称有 ${bytes} 字节`);
}

export const parquetReader: RowReader = {
  name: 'parquet',
  endings: ['parquet', 'pq'],
  begins: (head) => new TextDecoder('latin1').decode(head.subarray(0, 4)) === MAGIC,
  read: async (source, most = Number.POSITIVE_INFINITY) => {
    const { name } = source;
    await assertFooter(source);
    const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
    const { compressors: all } = await import('hyparquet-compressors');
    const compressors = boundedCodecs(all);
    const file = asBuffer(source);
    const metadata = await asDamage(name, () => parquetMetadataAsync(file));
    assertReadable(name, metadata, compressors, most);
    const table = new TableBuilder(name);
    await asDamage(name, async () => {
      table.name(parquetSchema(metadata).children.map(({ element }) => wellFormed(element.name)));
      let start = 0;
      for (const group of metadata.row_groups) {
        const end = Math.min(most, start + Number(group.num_rows));
        for (let from = start; from < end; from += ROWS_A_TIME) {
          const asked = {
            file,
            metadata,
            compressors,
            rowStart: from,
            rowEnd: Math.min(end, from + ROWS_A_TIME),
          };
          for (const row of await parquetReadObjects(asked))
            table.add(
              Object.fromEntries(
                Object.entries(row).map(([column, value]) => [wellFormed(column), plain(value)]),
              ),
              null,
            );
        }
        start = end;
      }
    });
    if (table.length === 0) throw emptyData({ name, list: false });
    return table.table('parquet', { builder: 'parquet', arguments: {}, texts: false });
  },
};
