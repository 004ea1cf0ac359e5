// The two kinds of failure: UserError (someone can act; has a stable code, its words and a remedy in both languages) and a broken
// invariant (our bug). Each room declares its errors beside what throws them; errorCodes.ts gathers them into the closed union.

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

/**
 * Declares a code with its words, of the data that a place has at hand. A code is never given to another remedy. vite.config.ts calls this
 * pure, so that a bundle holds the errors that it throws.
 */
export function defineError<const C extends string, D extends object>(
  code: C,
  say: (data: D) => Said,
): ErrorKind<C, D> {
  const make = (data: D): UserError => new UserError(code, say(data), data);
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
