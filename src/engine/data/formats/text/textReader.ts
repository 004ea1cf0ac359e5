// Plain text: a row a line, empty lines too, as datasets' `text` builder gives them (datasets 5.2.0 packaged_modules/text; a text file of
// Python ends its lines with \n, \r\n or \r).
import { tooMuch } from '../readErrors.ts';
import type { RowReader } from '../reader.ts';
import { MOST, TableBuilder } from '../rowTable.ts';
import { textOf } from '../textOf.ts';

export const textReader: RowReader = {
  name: 'text',
  endings: ['txt', 'md'],
  begins: (head) => !head.includes(0),
  read: async (source) => {
    const { name } = source;
    const table = new TableBuilder(name);
    table.name(['text']);
    let rest = '';
    const add = (line: string): void => table.add({ text: line }, table.length + 1);
    for await (const part of textOf(source)) {
      const lines = (rest + part).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) add(line);
      if (rest.length > MOST.characters)
        throw tooMuch({
          name,
          line: table.length + 1,
          what: 'characters',
          most: MOST.characters,
          got: null,
        });
    }
    const last = rest.replace(/\r$/, '');
    if (last !== '' || rest !== '') add(last);
    return table.table('text', { builder: 'text', arguments: { encoding: 'utf-8-sig' }, texts: false });
  },
};
