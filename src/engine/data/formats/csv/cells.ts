// The records of comma-separated text, part by part, as the C parser of pandas reads them (3.1.1, its tokenizer.c, with the settings of
// read_csv): a quote counts only at the start of a cell, two inside quotes are one, lines end with \n, \r or \r\n, lines that are blank are
// skipped. Knows nothing of columns.

export interface Separated {
  readonly cells: readonly string[];
  /** Line at which the record begins. */
  readonly line: number;
}

const [TAB, LF, CR, SPACE, QUOTE] = [9, 10, 13, 32, 34];

type State = 'record' | 'blank' | 'cell' | 'plain' | 'quoted' | 'after-quote';

export class CellReader {
  readonly #separator: number;
  #state: State = 'record';
  #cells: string[] = [];
  #cell = '';
  /** Characters of the record so far, for whoever bounds it. */
  #length = 0;
  #line = 1;
  /** Line of the record that is being read. */
  #from = 1;
  /** The last part ended with \r, of which \n is a part. */
  #afterCr = false;

  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0);
  }

  get line(): number {
    return this.#from;
  }

  get length(): number {
    return this.#length;
  }

  get inQuotes(): boolean {
    return this.#state === 'quoted';
  }

  /** Records that end in this part. */
  *push(part: string): Generator<Separated> {
    let from = 0;
    // Cut out in one piece what has no meaning of its own.
    const take = (to: number): void => {
      if (to > from) this.#cell += part.slice(from, to);
      this.#length += to - from;
      from = to + 1;
    };
    for (let at = 0; at < part.length; at++) {
      const code = part.charCodeAt(at);
      const after = this.#afterCr;
      this.#afterCr = code === CR;
      if (code === LF && after && this.#state !== 'quoted') {
        from = at + 1;
        continue;
      }
      if (code === LF ? !after : code === CR) this.#line += 1;
      if (this.#state === 'quoted') {
        if (code !== QUOTE) continue;
        take(at);
        this.#state = 'after-quote';
        continue;
      }
      const ends = code === LF || code === CR;
      if (this.#state === 'record' || this.#state === 'blank') {
        if (ends) {
          this.#cell = '';
          this.#state = 'record';
          from = at + 1;
          this.#from = this.#line;
          continue;
        }
        if ((code === SPACE || code === TAB) && code !== this.#separator) {
          this.#state = 'blank';
          continue;
        }
        this.#state = this.#state === 'blank' ? 'plain' : 'cell';
      }
      if (this.#state === 'after-quote') {
        if (code === QUOTE) {
          // The second of two is the text's.
          from = at;
          this.#state = 'quoted';
          continue;
        }
        from = at;
        this.#state = 'plain';
      }
      if (code === this.#separator || ends) {
        take(at);
        this.#cells.push(this.#cell);
        this.#cell = '';
        this.#state = 'cell';
        if (ends) yield this.#end();
      } else if (this.#state === 'cell' && code === QUOTE) {
        from = at + 1;
        this.#state = 'quoted';
      } else this.#state = 'plain';
    }
    take(part.length);
  }

  /** The record that the end of the text ends. */
  *end(): Generator<Separated> {
    if (this.#state === 'record' || this.#state === 'blank') return;
    this.#cells.push(this.#cell);
    this.#cell = '';
    yield this.#end();
  }

  #end(): Separated {
    const record = { cells: this.#cells, line: this.#from };
    this.#cells = [];
    this.#length = 0;
    this.#state = 'record';
    this.#from = this.#line;
    return record;
  }
}
