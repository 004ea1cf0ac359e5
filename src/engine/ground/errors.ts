// The two kinds of failure: UserError (someone can act; has a stable code, its words and a remedy in both languages) and a broken
// invariant (our bug). Each room declares its errors beside what throws them; errorCodes.ts gathers them into the closed union.

import { MOST_QUOTED, shortened } from './quote.ts';
import type { Text } from './text.ts';
import { joined, same } from './text.ts';

export { invariant } from '../../shaders/invariant.ts';

/** `<thing>: expected <this>, got <that>.` and `<Do this>.` */
export type Sentences = readonly [problem: string, remedy: string];

/** An error's words. */
export interface Said {
  readonly en: Sentences;
  readonly zh: Sentences;
}

export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly problem: Text;
  readonly remedy: Text;
  /** What the words were made of; can be sent to another thread. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, { en, zh }: Said, data: object) {
    const problem = { en: en[0], zh: zh[0] };
    const remedy = { en: en[1], zh: zh[1] };
    super(joined([problem, remedy]).en);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
    this.data = { ...data };
  }
}

/** Makes errors of one code, and knows them again. */
export interface ErrorKind<C extends string, D extends object> {
  (data: D): UserError;
  readonly code: C;
  readonly is: (error: unknown) => error is UserError;
}

/** What a sentence may say; what it quotes is far shorter (quote.ts). */
export const MOST_SENTENCE = 1200;
const MOST_LISTED = 24;

/** Data that came from outside, cut to what a message can show: a name may be a file long, a list all of an archive's names. */
function clip(value: unknown, inSentence: boolean): unknown {
  if (typeof value === 'string') return shortened(value, inSentence ? MOST_SENTENCE : MOST_QUOTED);
  if (Array.isArray(value)) {
    const first = value.slice(0, MOST_LISTED).map((one: unknown) => clip(one, inSentence));
    return value.length > MOST_LISTED && typeof value[0] === 'string' ? [...first, '…'] : first;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const sentence = 'en' in value && 'zh' in value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clip(one, sentence)]));
}

function clipped<D extends object>(data: D): D {
  const copy = { ...data };
  for (const [key, value] of Object.entries(data)) Reflect.set(copy, key, clip(value, false));
  return copy;
}

/**
 * Declares a code with its words, of the data that a place has at hand. A code is never given to another remedy. vite.config.ts calls this
 * pure, so that a bundle holds the errors that it throws. `quotes`: what a library raises is told whole, what came from outside short.
 */
export function defineError<const C extends string, D extends object>(
  code: C,
  say: (data: D) => Said,
  quotes: 'short' | 'whole' = 'short',
): ErrorKind<C, D> {
  const make = (data: D): UserError => {
    const shown = quotes === 'short' ? clipped(data) : data;
    return new UserError(code, say(shown), shown);
  };
  const is = (error: unknown): error is UserError => error instanceof UserError && error.code === code;
  return Object.assign(make, { code, is });
}

/** Problem and remedy of whatever was caught; what is no UserError is quoted. */
export const wordsOf = (error: unknown): Text =>
  error instanceof UserError ? joined([error.problem, error.remedy]) : same(causeOf(error));

/** The words of whatever was caught, as a quotation. */
export const causeOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The person gave up what was going on: nothing to report, everything to free. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
  }
}
