// Checks of values whose type is only claimed: what another thread sent. A check says where a value is not what it should be; the shape
// of an object must name every field of its type, each with the check of its own type, and a field that it doesn't name is refused. The one
// library of schemas: messages, files and what a script says are all checked by it. Leaves meaning to the receiver.
import { quote, shortened } from './quote.ts';
import type { Text } from './text.ts';
import { same, text } from './text.ts';

export interface Misfit {
  /** Field, with dots: `metrics.loss`; '' for the value itself. */
  readonly at: string;
  readonly expected: Text;
  readonly got: string;
}

export interface Check<T> {
  (value: unknown): Misfit | null;
  /** Never there: holds the type, so that a check of another type does not fit. */
  readonly checks?: (value: T) => T;
}

const misfit = (expected: Text, value: unknown): Misfit => ({ at: '', expected, got: quote(value) });

function primitive<T>(fits: (value: unknown) => boolean, expected: Text): Check<T> {
  return (value) => (fits(value) ? null : misfit(expected, value));
}

/** Any number, also NaN and infinity. */
export const number: Check<number> = primitive((value) => typeof value === 'number', text('a number', '数'));
/** A whole number within bounds: a size, a count, a place. */
export const whole = (least: number, most: number): Check<number> =>
  primitive(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
    text(`a whole number from ${least} to ${most}`, `${least} 到 ${most} 的整数`),
  );
export const string: Check<string> = primitive((value) => typeof value === 'string', text('text', '文本'));
export const boolean: Check<boolean> = primitive(
  (value) => typeof value === 'boolean',
  text('true or false', 'true 或 false'),
);
export const anything: Check<unknown> = () => null;
export const bytes: Check<Uint8Array<ArrayBuffer>> = primitive(
  (value) => value instanceof Uint8Array,
  text('bytes', '字节数组'),
);
export const blob: Check<Blob> = primitive((value) => value instanceof Blob, text('a file', '文件'));

export function oneOf<const T extends string>(...known: readonly T[]): Check<T> {
  const names: readonly unknown[] = known;
  const expected = text(`one of ${known.join(', ')}`, `${known.join('、')} 之一`);
  return primitive((value) => names.includes(value), expected);
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value) => (value === null ? null : check(value));
}

const inside = (key: string | number, found: Misfit): Misfit => ({
  ...found,
  at: found.at === '' ? String(key) : `${key}.${found.at}`,
});

export function list<T>(check: Check<T>): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return misfit(text('a list', '列表'), value);
    for (let i = 0; i < value.length; i++) {
      const found = check(value[i]);
      if (found) return inside(i, found);
    }
    return null;
  };
}

export function pair<A, B>(first: Check<A>, second: Check<B>): Check<readonly [A, B]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) return misfit(text('a pair', '一对值'), value);
    const [a, b] = [first(value[0]), second(value[1])];
    return (a && inside(0, a)) ?? (b && inside(1, b));
  };
}

export function triple<A, B, C>(
  first: Check<A>,
  second: Check<B>,
  third: Check<C>,
): Check<readonly [A, B, C]> {
  const checks: readonly Plain[] = [first, second, third];
  return (value) => {
    if (!Array.isArray(value) || value.length !== 3) return misfit(text('three values', '三个值'), value);
    for (const [i, check] of checks.entries()) {
      const found = check(value[i]);
      if (found) return inside(i, found);
    }
    return null;
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const anObject = text('an object', '对象');

/** An object whose keys are data. */
export function record<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return misfit(anObject, value);
    for (const [key, entry] of Object.entries(value)) {
      const found = check(entry);
      if (found) return inside(key, found);
    }
    return null;
  };
}

/** The check of a field that may stand under any of these checks. */
export function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value) => (first(value) === null ? null : second(value));
}

/** A check of which it no longer matters what it is of. */
type Plain = (value: unknown) => Misfit | null;

/** A field that may be absent. */
export interface Optional<T> {
  readonly optional: Check<T>;
}
export const optional = <T>(check: Check<T>): Optional<T> => ({ optional: check });

/** A check for each field of T; one that may be absent is said to be. */
export type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Check<T[K]>;
};

const noField = text('no field of this name', '没有这个字段');

export function shape<T extends object>(fields: Fields<T>): Check<T> {
  const checks: readonly (readonly [string, Plain | { readonly optional: Plain }])[] = Object.entries(fields);
  const known = new Set(checks.map(([key]) => key));
  return (value) => {
    if (!isObject(value)) return misfit(anObject, value);
    const stranger = Object.keys(value).find((key) => !known.has(key));
    if (stranger !== undefined)
      return { at: shortened(stranger, 60), expected: noField, got: quote(value[stranger]) };
    for (const [key, check] of checks) {
      const own = Object.hasOwn(value, key) ? value[key] : undefined;
      if ('optional' in check && own === undefined) continue;
      const found = 'optional' in check ? check.optional(own) : check(own);
      if (found) return inside(key, found);
    }
    return null;
  };
}

/** Messages of a union, told apart by `type`: one shape for each. */
export type Messages<T extends { readonly type: string }> = {
  readonly [K in T['type']]: Check<Omit<Extract<T, { readonly type: K }>, 'type'>>;
};

export function tagged<T extends { readonly type: string }>(messages: Messages<T>): Check<T> {
  const entries: readonly (readonly [string, Plain])[] = Object.entries(messages);
  const checks = new Map<unknown, Plain>(entries);
  return (value) => {
    if (!isObject(value)) return misfit(anObject, value);
    const { type, ...fields } = value;
    const check = checks.get(type);
    if (check) return check(fields);
    const known = same([...checks.keys()].join(', '));
    return { at: 'type', expected: known, got: quote(type) };
  };
}
