// Python source as text: literals and calls, one argument a line where they are many. Knows no library.
import { pythonFloat } from '../../torch/nn/describe.ts';

/** Source text that is to stand as it is: a name, an expression. */
export interface Expression {
  readonly source: string;
}

export type Literal = string | number | boolean | null | Expression | readonly string[];

export const expression = (source: string): Expression => ({ source });
/** A number that Python must read as a float: 1.0, 2e-05. */
export const float = (value: number): Expression => expression(pythonFloat(value));

/** Characters that end a line or a literal, are not seen, turn the direction of writing, or are half of another. */
const escaped = /["\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;
const short: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
function escapeOf(one: string): string {
  const code = one.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return (
    short.get(one) ?? (code > 0xffff ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`)
  );
}

/** Any text as a literal of Python, on one line. */
export const quoted = (text: string): string => `"${text.replace(escaped, escapeOf)}"`;

/** The value as Python writes it. */
export function literal(value: Literal): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : pythonFloat(value);
  if (typeof value === 'string') return quoted(value);
  return 'source' in value ? value.source : `[${value.map(quoted).join(', ')}]`;
}

/** `{"use_reentrant": False}` */
export const mapping = (entries: readonly (readonly [string, Literal])[]): Expression =>
  expression(`{${entries.map(([key, value]) => `${quoted(key)}: ${literal(value)}`).join(', ')}}`);

/** A dictionary of numbers and texts. */
export const dictionary = (entries: Readonly<Record<string, number | string>>): Expression =>
  mapping(Object.entries(entries));

export type Argument = readonly [name: string, value: Literal];

const WIDEST = 96;

/** `name(a=1, b=2)`, broken into lines when it grows wide. */
export function call(name: string, positional: readonly string[], named: readonly Argument[] = []): string {
  const parts = [...positional, ...named.map(([key, value]) => `${key}=${literal(value)}`)];
  const line = `${name}(${parts.join(', ')})`;
  return line.length <= WIDEST ? line : `${name}(\n${parts.map((part) => `    ${part},\n`).join('')})`;
}

export const indent = (source: string): string =>
  source
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
