// Reads Python source far enough to follow a training script: calls with their arguments, assignments of literals, in the
// order in which they stand. No evaluation: what is not a literal stays source text.

export type PythonValue =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [PythonValue, PythonValue])[] }
  | { readonly kind: 'source'; readonly text: string };

export interface PythonArgument {
  /** null for a positional argument. */
  readonly name: string | null;
  readonly value: PythonValue;
  readonly source: string;
}

export interface PythonCall {
  /** Dotted, as written: `model.gradient_checkpointing_enable`. */
  readonly name: string;
  readonly args: readonly PythonArgument[];
  /** Name the result is assigned to, or null. */
  readonly target: string | null;
  readonly line: number;
}

export interface PythonSource {
  readonly calls: readonly PythonCall[];
  /** Literals assigned to plain names, last one wins. */
  readonly names: ReadonlyMap<string, PythonValue>;
  /** `with …:` headers, `for … in …parameters():` headers and attribute assignments, as written. */
  readonly statements: readonly { readonly text: string; readonly line: number }[];
}

/** Source without comments; strings keep their text, every other newline inside brackets becomes a blank. */
function logicalLines(source: string): { text: string; line: number }[] {
  const lines: { text: string; line: number }[] = [];
  let current = '';
  let depth = 0;
  let line = 1;
  let start = 1;
  for (let i = 0; i < source.length; i++) {
    const char = source[i] ?? '';
    const quote = /^('''|"""|'|")/.exec(source.slice(i, i + 3))?.[0];
    if (quote) {
      const end = endOfString(source, i, quote);
      const text = source.slice(i, end);
      line += text.split('\n').length - 1;
      current += text;
      i = end - 1;
    } else if (char === '\\' && source[i + 1] === '\n') {
      // A line that goes on.
      line++;
      i++;
      current += ' ';
    } else if (char === '#') {
      while (i + 1 < source.length && source[i + 1] !== '\n') i++;
    } else if (char === '\n') {
      line++;
      if (depth > 0) current += ' ';
      else {
        if (current.trim() !== '') lines.push({ text: current, line: start });
        current = '';
        start = line;
      }
    } else {
      if ('([{'.includes(char)) depth++;
      if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
      if (current.trim() === '') start = line;
      current += char;
    }
  }
  if (current.trim() !== '') lines.push({ text: current, line: start });
  return lines;
}

function endOfString(source: string, start: number, quote: string): number {
  for (let i = start + quote.length; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source.startsWith(quote, i)) return i + quote.length;
    else if (quote.length === 1 && source[i] === '\n') return i;
  }
  return source.length;
}

/** Splits at a separator outside brackets and strings. */
function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"' || char === "'")
      i = endOfString(text, i, /^('''|"""|'|")/.exec(text.slice(i))?.[0] ?? char) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (depth === 0 && char === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part, i) => part !== '' || i < parts.length - 1);
}

const numberPattern = /^[+-]?(\d[\d_]*\.?[\d_]*|\.\d+)(e[+-]?\d+)?$/i;

function unquote(text: string): string | null {
  const match = /^[rRuUbB]{0,2}('''|"""|'|")([\s\S]*)\1$/.exec(text);
  if (!match || endOfString(text, text.indexOf(match[1] ?? ''), match[1] ?? '') !== text.length) return null;
  const body = match[2] ?? '';
  if (/^[rR]/.test(text)) return body;
  return body.replace(/\\(n|t|\\|'|")/g, (_, char: string) =>
    char === 'n' ? '\n' : char === 't' ? '\t' : char,
  );
}

/** A literal, a list (or tuple, or set) of them, a dict, or the source as it stands. */
export function parseValue(source: string): PythonValue {
  const text = source.trim();
  if (text === 'True' || text === 'False') return { kind: 'literal', value: text === 'True' };
  if (text === 'None') return { kind: 'literal', value: null };
  if (numberPattern.test(text)) return { kind: 'literal', value: Number(text.replaceAll('_', '')) };
  const string = unquote(text);
  if (string !== null) return { kind: 'literal', value: string };
  if (/^\[[\s\S]*\]$|^\([\s\S]*\)$/.test(text))
    return { kind: 'list', items: splitTop(text.slice(1, -1), ',').filter(Boolean).map(parseValue) };
  if (/^\{[\s\S]*\}$/.test(text)) return braces(splitTop(text.slice(1, -1), ',').filter(Boolean));
  const dict = /^dict\(([\s\S]*)\)$/.exec(text);
  if (dict) {
    const pairs = splitTop(dict[1] ?? '', ',')
      .filter(Boolean)
      .map((part) => splitTop(part, '='));
    return {
      kind: 'dict',
      entries: pairs.map(
        ([key = '', value = '']) => [{ kind: 'literal', value: key }, parseValue(value)] as const,
      ),
    };
  }
  return { kind: 'source', text };
}

function braces(parts: readonly string[]): PythonValue {
  const pairs = parts.map((part) => splitTop(part, ':'));
  if (parts.length > 0 && pairs.every((pair) => pair.length === 1))
    return { kind: 'list', items: parts.map(parseValue) };
  return {
    kind: 'dict',
    entries: pairs.map(([key = '', value = '']) => [parseValue(key), parseValue(value)] as const),
  };
}

function parseArguments(inside: string): PythonArgument[] {
  return splitTop(inside, ',')
    .filter(Boolean)
    .map((source) => {
      const match = /^(\w+)\s*=(?!=)([\s\S]*)$/.exec(source);
      const value = match ? (match[2] ?? '') : source;
      return { name: match?.[1] ?? null, value: parseValue(value), source: source.trim() };
    });
}

/** Position of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"' || char === "'")
      i = endOfString(text, i, /^('''|"""|'|")/.exec(text.slice(i))?.[0] ?? char) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && --depth === 0) return i;
  }
  return text.length;
}

/** Every call on a line, inner ones after the one that holds them. */
function callsOf(text: string, target: string | null, line: number): PythonCall[] {
  const calls: PythonCall[] = [];
  const pattern = /([A-Za-z_][\w.]*)\s*\(/g;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const open = match.index + match[0].length - 1;
    const inside = text.slice(open + 1, closing(text, open));
    const isWhole = text.slice(0, match.index).trim() === '';
    calls.push({ name: match[1] ?? '', args: parseArguments(inside), target: isWhole ? target : null, line });
  }
  return calls;
}

/** Reads a script or a snippet. Never throws: what it cannot read is simply not among the calls. */
export function readPython(source: string): PythonSource {
  const calls: PythonCall[] = [];
  const names = new Map<string, PythonValue>();
  const statements: { text: string; line: number }[] = [];
  for (const { text, line } of logicalLines(source)) {
    const trimmed = text.trim();
    if (/^(import|from|def|class|return)\b/.test(trimmed)) continue;
    const assignment = /^([\w.]+)\s*(?::[^=]+)?=(?!=)\s*([\s\S]*)$/.exec(trimmed);
    if (/^(with|for|if|while)\b/.test(trimmed) || assignment?.[1]?.includes('.'))
      statements.push({ text: trimmed, line });
    const right = assignment?.[2] ?? trimmed;
    const target = assignment?.[1] && !assignment[1].includes('.') ? assignment[1] : null;
    if (target) {
      const value = parseValue(right);
      if (value.kind !== 'source') names.set(target, value);
    }
    calls.push(...callsOf(right, target, line));
  }
  return { calls, names, statements };
}
