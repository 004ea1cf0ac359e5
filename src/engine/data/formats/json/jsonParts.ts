// Cuts JSON text into the rows it holds while it comes in parts: one object a line, or the entries of one list. Only finds where a row ends;
// what stands in it is read by strictJson, and so is everything that is no row.

export interface JsonPart {
  readonly json: string;
  /** Line at which it begins. */
  readonly line: number;
}

/** Objects of a file that has one on each line. */
export class LineCutter {
  #rest = '';
  #line = 0;

  /** Characters of the line that has not ended. */
  get length(): number {
    return this.#rest.length;
  }

  *push(part: string): Generator<JsonPart> {
    const lines = (this.#rest + part).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) yield* this.#part(line);
  }

  *end(): Generator<JsonPart> {
    yield* this.#part(this.#rest);
  }

  *#part(json: string): Generator<JsonPart> {
    this.#line += 1;
    if (json.trim() !== '') yield { json, line: this.#line };
  }
}

const [LF, QUOTE, COMMA, BACKSLASH] = [0x0a, 0x22, 0x2c, 0x5c];
const opens = (code: number): boolean => code === 0x5b || code === 0x7b;
const closes = (code: number): boolean => code === 0x5d || code === 0x7d;

/** Entries of a list, whose opening bracket is the first thing in the text. */
export class EntryCutter {
  #rest = '';
  #depth = 0;
  #inText = false;
  #escaped = false;
  #line = 1;
  #from = 1;
  #ended = false;
  /** What stands behind the list, which should be nothing. */
  #behind = '';

  get length(): number {
    return this.#rest.length;
  }

  /** Whether the list is whole and nothing follows. */
  get whole(): boolean {
    return this.#ended && this.#behind.trim() === '';
  }

  /** Line that is being read. */
  get line(): number {
    return this.#line;
  }

  *push(part: string): Generator<JsonPart> {
    let from = 0;
    for (let at = 0; at < part.length; at++) {
      if (this.#ended) {
        this.#behind = (this.#behind + part.slice(at)).slice(0, 100);
        return;
      }
      const code = part.charCodeAt(at);
      if (code === LF) this.#line += 1;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inText = false;
        continue;
      }
      if (code === QUOTE) this.#inText = true;
      else if (opens(code)) {
        this.#depth += 1;
        if (this.#depth === 1) from = at + 1;
      } else if (closes(code)) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        this.#ended = true;
        yield* this.#entry(part.slice(from, at), true);
        from = at + 1;
      } else if (code === COMMA && this.#depth === 1) {
        yield* this.#entry(part.slice(from, at), false);
        from = at + 1;
      }
    }
    if (!this.#ended && this.#depth > 0) this.#rest += part.slice(from);
  }

  *#entry(end: string, last: boolean): Generator<JsonPart> {
    const json = this.#rest + end;
    this.#rest = '';
    const line = this.#from + (/^\s*/.exec(json)?.[0].split('\n').length ?? 1) - 1;
    this.#from = this.#line;
    // An empty list, or a comma before the end, which is for the one who reads it.
    if (!last || json.trim() !== '') yield { json, line };
  }
}
