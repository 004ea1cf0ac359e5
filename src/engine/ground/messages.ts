// The type of a part of the worker's messages: a check for each message of a union, by its name. The unions stand with who sends them.
import type { Check } from './shapes.ts';

/** The fields of one message. */
export type Of<T extends { readonly type: string }, K extends T['type']> = Omit<
  Extract<T, { readonly type: K }>,
  'type'
>;

/** A check of the fields of each message. */
export type Checks<T extends { readonly type: string }> = { readonly [K in T['type']]: Check<Of<T, K>> };
