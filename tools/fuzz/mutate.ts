// Makes wrong inputs of right ones: values of JSON in their structure, texts, and bytes with the numbers that lengths and counts are
// made of. Knows no format; what a format's own mutations are (a header inside a file) its reader says.
import type { Random } from './random.ts';

/** What no reader expects where it expects something else. */
const oddValues: readonly [unknown, ...unknown[]] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  1e30,
  -1e30,
  2 ** 31 - 1,
  2 ** 32,
  2 ** 53,
  '',
  'x',
  '0x10',
  'NaN',
  ' 1 ',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'a\nb',
  '(.*)*x',
  [],
  [[]],
  [null],
  {},
  { toString: 1 },
  { valueOf: 1, toString: null },
  { length: 3 },
  { __proto__: null, hasOwnProperty: 1 },
];
const oddKeys = ['__proto__', 'constructor', 'toString', 'length', '', 'then', 'x'] as const;

/** JSON keeps a key `__proto__` like every key; an assignment would not. */
function withEntry(value: object, key: string, entry: unknown): object {
  return Object.fromEntries([...Object.entries(value).filter(([one]) => one !== key), [key, entry]]);
}

/** Stands for a value nested so deep that only its text can be written. */
const DEEP = '\u0001deep';
const DEPTH = 20_000;

/** The JSON of a mutated value. */
export const written = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replaceAll(
    JSON.stringify(DEEP),
    () => `${'[{"a":'.repeat(DEPTH)}1${'}]'.repeat(DEPTH)}`,
  );

/** One change somewhere in a value of JSON. */
export function mutateValue(value: unknown, random: Random): unknown {
  const inside = !random.chance(5);
  if (inside && Array.isArray(value) && value.length > 0) {
    const at = random.int(value.length);
    const copy: unknown[] = [...value];
    switch (random.int(6)) {
      case 0:
        copy.splice(at, 1);
        return copy;
      case 1:
        copy.splice(at, 0, copy[random.int(copy.length)]);
        return copy;
      default:
        copy[at] = mutateValue(copy[at], random);
        return copy;
    }
  }
  if (inside && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) {
      const [key, entry] = entries[random.int(entries.length)] ?? ['', null];
      switch (random.int(8)) {
        case 0:
          return Object.fromEntries(entries.filter(([one]) => one !== key));
        case 1:
          return withEntry(value, random.pick(oddKeys), random.pick(oddValues));
        case 2:
          return withEntry(Object.fromEntries(entries.filter(([one]) => one !== key)), `${key}x`, entry);
        default:
          return withEntry(value, key, mutateValue(entry, random));
      }
    }
  }
  if (typeof value === 'number' && random.chance(2))
    return random.pick([value + 1, value - 1, -value, value * 2 ** 32, value / 3]);
  if (typeof value === 'string' && random.chance(2)) return mutateText(value, random);
  return random.chance(40) ? DEEP : random.pick(oddValues);
}

const oddTexts = [
  '\0',
  '\ud800',
  '\u2028',
  '\ufeff',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\n',
  '\r',
  '\t',
  '#',
  '%',
  '&',
  '=',
  '```',
  '"""',
  '{{',
  '%}',
  '{% if true %}',
  '…',
  '0x10',
  '1e999',
  '__proto__',
  'NaN',
  '*a',
  '&a',
  '!!',
  '>>> ',
  '(.*)*x',
] as const;

/** One change somewhere in a text. */
export function mutateText(text: string, random: Random): string {
  const at = random.int(text.length + 1);
  const length = 1 + random.int(random.chance(4) ? 40 : 4);
  switch (random.int(8)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at);
    case 2:
      return (
        text.slice(0, at) + text.slice(at, at + length).repeat(2 + random.int(6)) + text.slice(at + length)
      );
    case 3: {
      const from = random.int(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + 10 * length) + text.slice(at);
    }
    case 4: {
      const lines = text.split('\n');
      const line = random.int(lines.length);
      return [...lines.slice(0, line), ...lines.slice(line + 1)].join('\n');
    }
    case 5:
      return random.chance(20)
        ? text.slice(0, at) + random.pick(oddTexts).repeat(20_000) + text.slice(at)
        : text.slice(0, at) + random.pick(oddTexts).repeat(1 + random.int(3)) + text.slice(at);
    default:
      return text.slice(0, at) + random.pick(oddTexts) + text.slice(at + length);
  }
}

const oddNumbers = [
  0n,
  1n,
  2n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
] as const;

/** One change somewhere in bytes, most often near the beginning, where lengths and counts stand. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  if (copy.length === 0) return Uint8Array.of(random.int(256));
  const at = random.int(random.chance(2) ? Math.min(copy.length, 64) : copy.length);
  switch (random.int(7)) {
    case 0:
      return copy.slice(0, at);
    case 1:
      copy[at] = random.int(256);
      return copy;
    case 2:
      copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
      return copy;
    case 3:
    case 4: {
      const width = random.pick([1, 2, 4, 8]);
      const value = random.pick(oddNumbers);
      for (let i = 0; i < width && at + i < copy.length; i++)
        copy[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
      return copy;
    }
    case 5: {
      const end = Math.min(copy.length, at + 1 + random.int(64));
      return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(end)]);
    }
    default: {
      const end = Math.min(copy.length, at + 1 + random.int(64));
      return Uint8Array.from([...copy.subarray(0, end), ...copy.subarray(at, end), ...copy.subarray(end)]);
    }
  }
}

/** As many changes as a coin says. */
export function severalTimes<T>(value: T, change: (value: T, random: Random) => T, random: Random): T {
  let changed = change(value, random);
  while (random.chance(2)) changed = change(changed, random);
  return changed;
}
