// What can be wrong with a file of rows before its columns mean anything: encoding, shape, size. Every text names file and place.
import { counted } from '../../ground/counted.ts';
import { defineError } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';

interface Place {
  readonly name: string;
  /** As people count; null: of the whole file. */
  readonly line: number | null;
}

const at = ({ name, line }: Place): Text =>
  line === null ? { en: name, zh: name } : { en: `${name}, line ${line}`, zh: `${name}，第 ${line} 行` };

interface Ragged extends Place {
  readonly wanted: number;
  readonly got: number;
}

export const raggedRow = defineError('csv-ragged', ({ wanted, got, ...place }: Ragged) => ({
  en: [
    `${at(place).en}: expected ${counted(wanted, 'column')}, as the first line has, got ${got}.`,
    'Put text that holds the separator, a quote or a line break between double quotes, and write a quote inside as two.',
  ],
  zh: [
    `${at(place).zh}：应有 ${wanted} 列（与首行一致），得到 ${got} 列。`,
    '含有分隔符、引号或换行的文本请放在双引号中，其中的引号写成两个。',
  ],
}));

export const openQuote = defineError('csv-quote', (place: Place) => ({
  en: [
    `${at(place).en}: a double quote opens here and is not closed.`,
    'Close it, or write a quote that is meant as text as two, inside quotes.',
  ],
  zh: [`${at(place).zh}：此处的双引号没有闭合。`, '请将其闭合；若引号是文本，请放在双引号中并写成两个。'],
}));

interface TooMuch extends Place {
  readonly what: 'bytes' | 'rows' | 'columns' | 'characters';
  readonly most: number;
  readonly got: number | null;
}

const things: Readonly<Record<TooMuch['what'], Text>> = {
  bytes: { en: 'bytes', zh: '字节' },
  rows: { en: 'rows', zh: '行' },
  columns: { en: 'columns', zh: '列' },
  characters: { en: 'characters in one row', zh: '个字符（单行）' },
};

export const tooMuch = defineError('rows-too-many', ({ what, most, got, ...place }: TooMuch) => ({
  en: [
    `${at(place).en}: at most ${most} ${things[what].en} are read here, got ${got ?? 'more'}.`,
    'Bring a part of it: a run on one machine rarely uses more.',
  ],
  zh: [
    `${at(place).zh}：此处最多读取 ${most} ${things[what].zh}，得到 ${got ?? '更多'}。`,
    '请取其中一部分：单机训练很少用到更多。',
  ],
}));

export const noColumns = defineError('rows-no-columns', ({ name }: { readonly name: string }) => ({
  en: [`${name}: no columns were found.`, 'The first line names the columns; the rows follow.'],
  zh: [`${name}：没有找到任何列。`, '首行应为列名，其后为数据行。'],
}));

interface Damaged {
  readonly name: string;
  readonly cause: Text;
}

export const parquetDamaged = defineError('parquet', ({ name, cause }: Damaged) => ({
  en: [
    `${name}: it can't be read as Parquet (${cause.en}).`,
    'Write the file again, for example with to_parquet.',
  ],
  zh: [`${name}：无法作为 Parquet 读取（${cause.zh}）。`, '请重新写出该文件，例如用 to_parquet。'],
}));

interface Codec {
  readonly name: string;
  readonly column: string;
  readonly codec: string;
  readonly known: readonly string[];
}

export const parquetCodec = defineError('parquet-codec', ({ name, column, codec, known }: Codec) => ({
  en: [
    `${name}, column ${column}: compressed with ${codec}, which is not read here.`,
    `Write it with one of ${known.join(', ')}.`,
  ],
  zh: [`${name}，列 ${column}：以 ${codec} 压缩，此处无法读取。`, `请改用 ${known.join('、')} 之一。`],
}));

/** Every kind of this file. */
export const readErrors = [noColumns, openQuote, parquetCodec, parquetDamaged, raggedRow, tooMuch] as const;
