// Follows Python far enough to know where a line stands: in a string, in brackets, after a backslash. It also mends the quotes that word
// processors curl. Syntax is CPython's business: what is wrong stays wrong, for Python to say.

export interface LineState {
  /** The line begins inside a string of several lines. */
  readonly inString: boolean;
  /** Open brackets where it begins. */
  readonly depth: number;
  /** The line before ends with a backslash. */
  readonly continued: boolean;
}

export interface Scanned {
  readonly text: string;
  readonly states: readonly LineState[];
}

const doubles = new Set(['“', '”', '„', '‟', '″']);
const singles = new Set(['‘', '’', '‚', '‛']);
/** A quotation mark as Python writes it, or null for any other character. */
const plainQuote = (char: string): '"' | "'" | null =>
  char === '"' || doubles.has(char) ? '"' : char === "'" || singles.has(char) ? "'" : null;

/** Reads a text once. Curled quotes become plain where they delimit a string, and `…` becomes `...` where it stands as code. */
export function scanPython(text: string): Scanned {
  const out: string[] = [];
  const states: LineState[] = [];
  let depth = 0;
  let quote: '"' | "'" | null = null;
  let triple = false;
  /** Only a plain quote closes what a plain one opened: curled ones inside are text. */
  let curled = false;
  let continued = false;
  const begin = (): number => states.push({ inString: quote !== null, depth, continued });
  begin();
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\n') {
      continued = text[i - 1] === '\\';
      if (quote !== null && !triple && !continued) quote = null;
      out.push(char);
      begin();
      continue;
    }
    const plain = plainQuote(char);
    const isTriple =
      plain !== null && plainQuote(text.charAt(i + 1)) === plain && plainQuote(text.charAt(i + 2)) === plain;
    if (quote !== null) {
      if (char === '\\' && text[i + 1] !== '\n') {
        out.push(char, text.charAt(++i));
      } else if (plain === quote && (curled || char === quote) && (!triple || isTriple)) {
        out.push(triple ? quote.repeat(3) : quote);
        if (triple) i += 2;
        quote = null;
      } else out.push(char);
    } else if (
      plain !== null &&
      !(plain === "'" && /[\p{L}\p{N}]/u.test(text[i - 1] ?? '') && !isPrefix(text, i))
    ) {
      quote = plain;
      triple = isTriple;
      curled = char !== plain;
      out.push(triple ? plain.repeat(3) : plain);
      if (triple) i += 2;
    } else if (char === '#') {
      const end = text.indexOf('\n', i);
      out.push(text.slice(i, end < 0 ? text.length : end));
      i = (end < 0 ? text.length : end) - 1;
    } else {
      if ('([{'.includes(char)) depth++;
      else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
      out.push(char === '…' ? '...' : char);
    }
  }
  return { text: out.join(''), states };
}

/** `r'`, `f'`, `b'` … open a string although a letter stands before. */
const isPrefix = (text: string, at: number): boolean =>
  /(^|[^\p{L}\p{N}_])[rRbBuUfFtT]{1,2}$/u.test(text.slice(Math.max(0, at - 3), at));
