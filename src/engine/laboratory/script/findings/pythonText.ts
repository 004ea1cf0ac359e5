// What the doctor reads off a script's own text: the statement at a line, the arguments of a call as they are written, the strings that
// stand in it. Brackets, strings and comments only; Python's grammar, and every edit, are the host's.
import { own } from '../../../ground/own.ts';

/** One line's code and where the string that it leaves open ends; offsets are of the whole text. */
export interface PythonString {
  /** 1-based. */
  readonly line: number;
  /** As Python has it: escapes resolved, braces of an f-string as they stand. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** A comment has no value. */
  readonly comment: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

const unescaped = (raw: string): string =>
  raw.replace(/\\([\s\S])/g, (whole, one: string) => own(ESCAPES, one) ?? (/['"\\]/.test(one) ? one : whole));

const TOKEN = /#[^\n]*|([rRbBuUfF]{0,2})("""|'''|"|')/g;

/** Where a string that opens at `from` (behind its quotes) ends. */
function closing(source: string, from: number, quotes: string): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source.startsWith(quotes, i)) return i;
    else if (quotes.length === 1 && source[i] === '\n') return i;
  }
  return source.length;
}

/** Strings and comments of a text, in order. */
export function stringsOf(source: string): PythonString[] {
  const found: PythonString[] = [];
  let line = 1;
  let counted = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
    for (; counted < match.index; counted++) if (source[counted] === '\n') line++;
    const quotes = match[2];
    if (quotes === undefined) {
      found.push({ line, value: match[0], start: match.index, end: TOKEN.lastIndex, comment: true });
      continue;
    }
    const from = TOKEN.lastIndex;
    const to = closing(source, from, quotes);
    const raw = source.slice(from, to);
    const end = Math.min(source.length, to + quotes.length);
    const value = /r/i.test(match[1] ?? '') ? raw : unescaped(raw);
    found.push({ line, value, start: match.index, end, comment: false });
    TOKEN.lastIndex = end;
  }
  return found;
}

/** The text with strings and comments blanked, of the same length: what is left is code. */
export function codeOf(source: string): string {
  let code = '';
  let from = 0;
  for (const { start, end } of stringsOf(source)) {
    code += source.slice(from, start) + source.slice(start, end).replace(/[^\n]/g, ' ');
    from = end;
  }
  return code + source.slice(from);
}

/** Index behind the bracket that closes the one at `open`. */
function behindBracket(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if ('([{'.includes(code[i] ?? ' ')) depth++;
    if (')]}'.includes(code[i] ?? ' ') && --depth === 0) return i + 1;
  }
  return code.length;
}

export interface Statement {
  /** 1-based first line. */
  readonly line: number;
  /** Without the indentation of its first line. */
  readonly text: string;
  readonly indent: string;
}

/** A statement with all the lines that its brackets span; null: no such line. */
export function statementAt(source: string, line: number): Statement | null {
  const lines = source.split('\n');
  const first = lines[line - 1];
  if (first === undefined) return null;
  const code = codeOf(source).split('\n');
  let depth = 0;
  let last = line - 1;
  for (; last < lines.length; last++) {
    const one = code[last] ?? '';
    for (const letter of one) depth += '([{'.includes(letter) ? 1 : ')]}'.includes(letter) ? -1 : 0;
    if (depth <= 0 && !one.trimEnd().endsWith('\\')) break;
  }
  const indent = /^\s*/.exec(first)?.[0] ?? '';
  const whole = lines.slice(line - 1, last + 1);
  return {
    line,
    indent,
    text: whole.map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one)).join('\n'),
  };
}

/** The name that a statement binds first: `model` of `model, tokenizer = …`; null: none, or several targets in one. */
export const boundName = ({ text }: Statement): string | null =>
  /^\(?\s*([A-Za-z_][\w.]*)\s*(?:,[\w\s.,]*\)?)?(?::[^=]+)?=(?!=)/.exec(text)?.[1] ?? null;

export interface WrittenArgument {
  /** null: given by position. */
  readonly name: string | null;
  readonly value: string;
}

export interface WrittenCall {
  readonly callee: string;
  readonly arguments: readonly WrittenArgument[];
  /** In the text that it was looked for in: behind the opening bracket. */
  readonly inside: number;
}

function argumentsIn(text: string, code: string, from: number, to: number): WrittenArgument[] {
  const parts: [number, number][] = [];
  let depth = 0;
  let start = from;
  for (let i = from; i < to; i++) {
    const letter = code[i] ?? ' ';
    if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    else if (letter === ',' && depth === 0) {
      parts.push([start, i]);
      start = i + 1;
    }
  }
  parts.push([start, to]);
  return parts.flatMap(([first, last]): WrittenArgument[] => {
    const written = text.slice(first, last);
    const lead = /^(?:\s|#[^\n]*\n)*/.exec(written)?.[0].length ?? 0;
    const own = written.slice(lead).trim();
    if (own === '') return [];
    const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*/.exec(own);
    return [{ name: named?.[1] ?? null, value: named ? own.slice(named[0].length) : own }];
  });
}

/** The call of that name in a piece of text: the first one. */
export function writtenCall(text: string, callee: string): WrittenCall | null {
  const code = codeOf(text);
  const found = new RegExp(`(?<![\\w])${callee}\\s*\\(`).exec(code);
  if (!found) return null;
  const open = found.index + found[0].length - 1;
  return {
    callee,
    arguments: argumentsIn(text, code, open + 1, behindBracket(code, open) - 1),
    inside: open + 1,
  };
}

/** How far below its statement's line the bracket of a call may stand. */
const CALL_WITHIN_LINES = 6;

export interface CallText {
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

/** Arguments of the call of `name` that begins on a line, or a little below it. */
export function callAt(source: string, line: number, name: string): CallText | null {
  const text = source
    .split('\n')
    .slice(line - 1)
    .join('\n');
  const call = writtenCall(text, name);
  if (!call || text.slice(0, call.inside).split('\n').length > CALL_WITHIN_LINES) return null;
  return {
    positional: call.arguments.flatMap((one) => (one.name === null ? [one.value] : [])),
    named: new Map(
      call.arguments.flatMap((one) => (one.name === null ? [] : [[one.name, one.value] as const])),
    ),
  };
}

/** The name that the statement on a line gives its result; null: none. */
export function assignedAt(source: string, line: number): string | null {
  const statement = statementAt(source, line);
  return statement && boundName(statement);
}

export const lineAt = (source: string, line: number): string => source.split('\n')[line - 1] ?? '';

/** Python's literal of a text, in double quotes. */
export const quoted = (value: string): string => JSON.stringify(value);
