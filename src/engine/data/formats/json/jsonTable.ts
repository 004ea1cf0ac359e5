// JSON in the shapes that rows come in: one object a line, a list of objects, or one object with such a list in a field (`data`). What
// `datasets` makes of them (5.2.0 packaged_modules/json) is the same but for numbers beyond 2^53. Gets text in parts; knows no file.
import { isRecord } from '../../../ground/isRecord.ts';
import { quote } from '../../../ground/quote.ts';
import { readJson } from '../../../ground/strictJson.ts';
import { text } from '../../../ground/text.ts';
import { badRow, emptyData, lineNoJson, listNoJson } from '../../dataErrors.ts';
import { tooMuch } from '../readErrors.ts';
import type { PythonLoad, RawRow } from '../rowTable.ts';
import { MOST, placeOf, TableBuilder } from '../rowTable.ts';
import { EntryCutter, LineCutter } from './jsonParts.ts';

/** One object over several lines is read as a whole. */
const MOST_OBJECT = 2 ** 26;

const loadedAs = (field: string | null): PythonLoad => ({
  builder: 'json',
  arguments: field === null ? {} : { field },
  texts: false,
});

export interface Gathered {
  readonly table: TableBuilder;
  readonly load: PythonLoad;
}

/** Gathers what one file holds, of whichever shape it turns out to be. */
export class JsonTable {
  readonly #name: string;
  #table: TableBuilder;
  #kind: 'lines' | 'list' | 'object' | null = null;
  readonly #lines = new LineCutter();
  readonly #entries = new EntryCutter();
  #head = '';
  /** The first row. */
  #first: RawRow = {};

  constructor(name: string) {
    this.#name = name;
    this.#table = new TableBuilder(name);
  }

  push(part: string): void {
    if (this.#kind !== null) {
      this.#take(part);
      return;
    }
    this.#head += part;
    const begun = this.#head.trimStart();
    if (begun === '') return;
    if (begun.startsWith('[')) this.#kind = 'list';
    else {
      const [first = ''] = begun.split('\n', 1);
      // A line that has not ended may yet be JSON.
      if (first.length === begun.length && begun.length < MOST_OBJECT) return;
      this.#kind = begun.startsWith('{') && readJson(first).problem !== null ? 'object' : 'lines';
      // Half an object is no line of rows: one that opens and does not close goes over several lines.
      if (this.#kind === 'object' && !opensObject(first)) this.#kind = 'lines';
    }
    const head = this.#head;
    this.#head = '';
    this.#take(head);
  }

  end(): Gathered {
    const name = this.#name;
    const kind = this.#kind ?? 'lines';
    if (this.#kind === null) for (const one of this.#lines.push(this.#head)) this.#line(one.json, one.line);
    if (kind === 'object') return this.#object();
    if (kind === 'list') {
      if (!this.#entries.whole) {
        const at = this.#entries.line;
        const cause = text(`the list does not end well, line ${at}`, `列表没有正确结束，第 ${at} 行`);
        throw listNoJson({ name, cause });
      }
    } else {
      for (const one of this.#lines.end()) this.#line(one.json, one.line);
      if (this.#table.length === 1) return this.#unpacked(this.#first);
    }
    if (this.#table.length === 0) throw emptyData({ name, list: kind === 'list' });
    return { table: this.#table, load: loadedAs(null) };
  }

  #take(part: string): void {
    const name = this.#name;
    if (this.#kind === 'object') {
      this.#head += part;
      if (this.#head.length > MOST_OBJECT)
        throw tooMuch({ name, line: 1, what: 'characters', most: MOST_OBJECT, got: null });
      return;
    }
    const cutter = this.#kind === 'list' ? this.#entries : this.#lines;
    for (const { json, line } of cutter.push(part))
      if (this.#kind === 'list') this.#entry(json);
      else this.#line(json, line);
    if (cutter.length > MOST.characters)
      throw tooMuch({
        name,
        line: this.#kind === 'list' ? this.#entries.line : null,
        what: 'characters',
        most: MOST.characters,
        got: null,
      });
  }

  #line(json: string, line: number): void {
    const { value, problem } = readJson(json);
    if (problem) throw lineNoJson({ name: this.#name, line, cause: problem });
    this.#add(value, line);
  }

  #entry(json: string): void {
    const { value, problem } = readJson(json);
    const row = this.#table.length + 1;
    if (problem)
      throw listNoJson({
        name: this.#name,
        cause: text(`row ${row}: ${problem.en}`, `第 ${row} 行：${problem.zh}`),
      });
    this.#add(value, null);
  }

  #add(value: unknown, line: number | null): void {
    if (isRecord(value)) {
      if (this.#table.length === 0) this.#first = value;
      this.#table.add(value, line);
      return;
    }
    const got = quote(value, 40);
    const lines = line === null ? null : Array.from({ length: this.#table.length + 1 }, () => line);
    const where = placeOf({ name: this.#name, lines }, this.#table.length);
    throw badRow({ where, found: text(`expected a JSON object, got ${got}`, `应为 JSON 对象，得到 ${got}`) });
  }

  #object(): Gathered {
    const { value, problem } = readJson(this.#head);
    if (problem) throw listNoJson({ name: this.#name, cause: problem });
    this.#add(value, 1);
    return this.#unpacked(this.#first);
  }

  /** The rows that the only object holds, where it is none itself. */
  #unpacked(only: RawRow): Gathered {
    const lists = Object.entries(only).flatMap(([field, list]) =>
      Array.isArray(list) && isRecord(list[0]) && !isMessage(list[0]) ? [[field, list] as const] : [],
    );
    const found = lists.find(([field]) => field === 'data') ?? lists[0];
    if (!found || namesOfRows.some((one) => Object.hasOwn(only, one)))
      return { table: this.#table, load: loadedAs(null) };
    const [field, rows] = found;
    this.#table = new TableBuilder(this.#name);
    for (const one of rows) this.#add(one, null);
    return { table: this.#table, load: loadedAs(field) };
  }
}

const isMessage = (entry: RawRow): boolean => 'role' in entry || 'from' in entry;

/** Fields that a row has and a file of rows has not. */
const namesOfRows = ['messages', 'conversations', 'prompt', 'chosen', 'text'] as const;

/** Whether more opens in it than closes, outside its texts. */
function opensObject(line: string): boolean {
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
  return bare.split(/[[{]/).length > bare.split(/[\]}]/).length;
}
