// Files of JSON, whichever shape they have (jsonTable.ts).
import type { RowReader } from '../reader.ts';
import { textOf } from '../textOf.ts';
import { JsonTable } from './jsonTable.ts';

export const jsonReader: RowReader = {
  name: 'json',
  endings: ['json', 'jsonl', 'ndjson'],
  begins: (head) => /^[\s\ufeff]*[[{]/.test(new TextDecoder('utf-8').decode(head)),
  read: async (source) => {
    const rows = new JsonTable(source.name);
    for await (const part of textOf(source)) rows.push(part);
    const { table, load } = rows.end();
    return table.table('json', load);
  },
};
