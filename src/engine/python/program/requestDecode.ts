// Requests of the bridge as they arrive: a person's code runs on the other side, so they are checked field by field.
import { invariant } from '../../ground/errors.ts';
import { quote } from '../../ground/quote.ts';
import type { Check, Misfit } from '../../ground/shapes.ts';
import { list, nullable, number, oneOf, optional, record, shape, string } from '../../ground/shapes.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Note, Question, Request } from './bridge.ts';
import type { ProgramCall, ProgramValue } from './program.ts';

const DEEPEST = 60;

const misfit = (value: unknown): Misfit => ({
  at: '',
  expected: text('a value of a program', '程序的值'),
  got: quote(value),
});

/** Values nest, so their check is written out. */
function valueFits(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return true;
  if (typeof value !== 'object' || value === undefined || depth > DEEPEST) return false;
  const all = (items: unknown): boolean =>
    Array.isArray(items) && items.every((item) => valueFits(item, depth + 1));
  if (Array.isArray(value)) return all(value);
  if ('tuple' in value) return all(value.tuple);
  if ('set' in value) return all(value.set);
  if ('dict' in value)
    return (
      Array.isArray(value.dict) &&
      value.dict.every((entry) => Array.isArray(entry) && entry.length === 2 && all(entry))
    );
  if ('ref' in value)
    return typeof value.ref === 'number' && (!('path' in value) || typeof value.path === 'string');
  if ('member' in value)
    return typeof value.member === 'string' && 'value' in value && valueFits(value.value, depth + 1);
  const [only, ...others] = Object.entries(value);
  return (
    others.length === 0 &&
    only !== undefined &&
    ['float', 'dtype', 'placeholder', 'callable'].includes(only[0]) &&
    typeof only[1] === 'string'
  );
}

const value: Check<ProgramValue> = (one) => (valueFits(one) ? null : misfit(one));
const ref = shape<{ readonly ref: number; readonly path?: string }>({ ref: number, path: optional(string) });
const bilingual = shape<Text>({ en: string, zh: string });
const words: Check<Text | string> = (one) => (typeof one === 'string' ? null : bilingual(one));

const programCall: Check<ProgramCall> = shape<ProgramCall>({
  line: number,
  callee: string,
  receiver: nullable(ref),
  args: list(value),
  kwargs: record(value),
});

const question = shape<Question>({
  ref: number,
  path: string,
  what: oneOf('parameters', 'parameter', 'modules', 'children', 'trainable', 'attribute'),
  name: optional(string),
});

const note = shape<Note>({
  kind: oneOf('assumption', 'not-modelled', 'output'),
  line: number,
  text: words,
  source: optional(string),
});

const kinds: ReadonlyMap<string, (one: unknown) => Misfit | null> = new Map<
  string,
  (one: unknown) => Misfit | null
>([
  ['call', programCall],
  ['ask', question],
  ['note', note],
]);

/** The message as a request. What is none is a fault of ours: the stand-in libraries are. */
export function decodeRequest(message: unknown): Request {
  const isObject = typeof message === 'object' && message !== null;
  const [entry, ...others] = isObject ? Object.entries(message) : [];
  const check = entry && others.length === 0 ? kinds.get(entry[0]) : undefined;
  const wrong = entry && check ? check(entry[1]) : misfit(message);
  invariant(!wrong, `bridge: ${wrong?.at ?? ''} is ${wrong?.got ?? ''}`);
  return message as Request;
}
