// Values of a chat template as Python prints and counts them, which is what transformers' templates are written for: the library that runs them here
// prints lists as JSON and booleans in small letters. Knows no statements.
import type { Interpreter } from '@huggingface/jinja';
import { Environment } from '@huggingface/jinja';

export type Value = ReturnType<Interpreter['evaluate']>;

/** A value of the templates from one of JavaScript. */
export const madeOf = (value: unknown): Value => new Environment().set('value', value);

/** The text, the items or the fields of a value that is of this kind; null: it is not. */
export const textOf = ({ value }: Value): string | null => (typeof value === 'string' ? value : null);
export const itemsOf = ({ value }: Value): readonly Value[] | null => (Array.isArray(value) ? value : null);
export const fieldsOf = ({ value }: Value): Map<string, Value> | null =>
  value instanceof Map ? value : null;

/** How much a value holds: entries, or characters. */
export function sizeOf({ value }: Value): { readonly items: number; readonly characters: number } {
  if (typeof value === 'string') return { items: 0, characters: value.length };
  const items = Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
  return { items, characters: 0 };
}

/** Python's repr of a text: single quotes unless it holds some and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\n\r\t\p{Cc}\p{Cf}\u2028\u2029]|['"]/gu, (one) => {
    if (one === '\\' || one === quote) return `\\${one}`;
    if (one === "'" || one === '"') return one;
    const named = new Map([
      ['\n', '\\n'],
      ['\r', '\\r'],
      ['\t', '\\t'],
    ]).get(one);
    const code = one.codePointAt(0) ?? 0;
    const hex = (digits: number): string => code.toString(16).padStart(digits, '0');
    return named ?? (code < 0x100 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`);
  });
  return `${quote}${body}${quote}`;
}

/** Python's repr of a float. */
function float(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function shown(value: Value): string {
  const text = textOf(value);
  if (text !== null) return quoted(text);
  return value.type === 'UndefinedValue' ? 'Undefined' : printed(value);
}

/** Python's str; nothing for what is not defined. */
export function printed(value: Value): string {
  if (value.type === 'UndefinedValue') return '';
  const own = value.value;
  if (own === null || own === undefined) return 'None';
  if (typeof own === 'string') return own;
  if (typeof own === 'boolean') return own ? 'True' : 'False';
  if (typeof own === 'number') return value.type === 'FloatValue' ? float(own) : String(own);
  if (Array.isArray(own)) {
    const items = own.map(shown);
    if (value.type !== 'TupleValue') return `[${items.join(', ')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (own instanceof Map)
    return `{${[...own].map(([key, one]) => `${quoted(key)}: ${shown(one)}`).join(', ')}}`;
  return value.toString();
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['StringValue', 'str'],
  ['IntegerValue', 'int'],
  ['FloatValue', 'float'],
  ['BooleanValue', 'bool'],
  ['NullValue', 'NoneType'],
  ['ArrayValue', 'list'],
  ['TupleValue', 'tuple'],
  ['ObjectValue', 'dict'],
]);

/** What Python calls its type, in an error. */
export const typeName = (value: Value): string => typeNames.get(value.type) ?? 'object';

/** What str.isspace counts: White_Space, and the four separators of ASCII. */
const SPACE = new RegExp(`^[\\p{White_Space}${'\\x1c-\\x1f'}]$`, 'u');

function stripped(text: string, which: 'both' | 'left' | 'right', characters: string | undefined): string {
  const gone = (one: string): boolean =>
    characters === undefined ? SPACE.test(one) : characters.includes(one);
  const all = [...text];
  let start = 0;
  let end = all.length;
  while (which !== 'right' && start < end && gone(all[start] ?? '')) start++;
  while (which !== 'left' && end > start && gone(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

function splitFromRight(text: string, separator: string, most: number): string[] {
  const all = text.split(separator);
  const kept = most < 0 ? all.length : most;
  const first = all.slice(0, Math.max(1, all.length - kept)).join(separator);
  return [first, ...all.slice(Math.max(1, all.length - kept))];
}

type Method = (text: string, first: string | undefined, args: readonly Value[]) => unknown;

/** Methods of Python's texts that the library lacks or takes for JavaScript's; arguments as they are printed, or as they are. */
export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['strip', (text, characters) => stripped(text, 'both', characters)],
  ['lstrip', (text, characters) => stripped(text, 'left', characters)],
  ['rstrip', (text, characters) => stripped(text, 'right', characters)],
  ['capitalize', (text) => capitalized(text)],
  ['join', (text, _, [items]) => (items && itemsOf(items)?.map(printed).join(text)) ?? ''],
  ['rsplit', (text, separator, args) => splitFromRight(text, separator ?? ' ', Number(args[1]?.value ?? -1))],
  ['splitlines', (text) => text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/)],
  [
    'find',
    (text, part = '') =>
      [...text.slice(0, Math.max(0, text.indexOf(part)))].length - (text.includes(part) ? 0 : 1),
  ],
  ['count', (text, part = '') => text.split(part).length - 1],
  ['isdigit', (text) => /^\p{Nd}+$/u.test(text)],
  ['removeprefix', (text, part = '') => (text.startsWith(part) ? text.slice(part.length) : text)],
  [
    'removesuffix',
    (text, part = '') => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text),
  ],
]);

export const capitalized = (text: string): string => {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
};
