// Requests of the bridge as they arrive: a person's code runs on the other side, so they are checked field by field.
import { invariant } from '../../ground/errors.ts';
import type { Check, Misfit } from '../../ground/shapes.ts';
import { number, oneOf, optional, shape, string } from '../../ground/shapes.ts';
import type { Text } from '../../ground/text.ts';
import { programCall, valueMisfit } from '../../recipe/program/programShape.ts';
import type { Note, Question, Request } from './bridge.ts';

const bilingual = shape<Text>({ en: string, zh: string });
const words: Check<Text | string> = (one) => (typeof one === 'string' ? null : bilingual(one));

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
  const wrong = entry && check ? check(entry[1]) : valueMisfit(message);
  invariant(!wrong, `bridge: ${wrong?.at ?? ''} is ${wrong?.got ?? ''}`);
  return message as Request;
}
