// A tool's configuration as keys with the lines that they stand on: from YAML, from JSON, from flags. Which tool it is, and what a key does
// there, is in tools/.

import { decimal } from '../../ground/decimal.ts';
import { isRecord } from './json.ts';
import type { Flag } from './launch.ts';

export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

export interface Entry {
  readonly value: ConfigValue;
  /** 1-based line of the pasted text. */
  readonly line: number;
}

export type Config = ReadonlyMap<string, Entry>;

/** What PyYAML and a command line leave as text, and the tools turn into numbers. */
function scalar(text: string): ConfigValue {
  if (/^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text.replaceAll('_', ''));
  if (/^(true|yes|on)$/i.test(text)) return true;
  if (/^(false|no|off)$/i.test(text)) return false;
  return /^(null|none|~)$/i.test(text) ? null : text;
}

/** Deeper than any tool's configuration goes; below it nothing is read. */
const DEEPEST = 30;

export function plainValue(value: unknown, depth = 0): ConfigValue {
  if (value === null || value === undefined || depth > DEEPEST) return null;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return /^[+-]?\d+(\.\d*)?e[+-]?\d+$/i.test(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map((inner) => plainValue(inner, depth + 1));
  if (!isRecord(value)) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner, depth + 1)]));
}

/** Flags as HfArgumentParser reads them: a switch is true, `--no_x` is x off, several words are a list, JSON is JSON. */
export function configOfFlags(flags: readonly Flag[]): Config {
  const config = new Map<string, Entry>();
  for (const { name, values, line } of flags) {
    const [first] = values;
    if (first === undefined) {
      const off = /^no_(\w+)$/.exec(name)?.[1];
      config.set(off ?? name, { value: off === undefined, line });
    } else if (values.length === 1) config.set(name, { value: wordValue(first), line });
    else config.set(name, { value: values.map(wordValue), line });
  }
  return config;
}

function wordValue(word: string): ConfigValue {
  if (/^[{[]/.test(word)) {
    try {
      return plainValue(JSON.parse(word), 0);
    } catch {
      return word;
    }
  }
  return scalar(word);
}

/** `key=value` words after a configuration's name, as OmegaConf takes them. */
export const overridesOf = (words: readonly { readonly text: string; readonly line: number }[]): Config =>
  new Map(
    words.flatMap(({ text, line }) => {
      const match = /^(?:--)?([\w.]+)=(.*)$/s.exec(text);
      return match ? [[match[1] ?? '', { value: scalar(match[2] ?? ''), line }]] : [];
    }),
  );

export function configOfJson(json: Readonly<Record<string, unknown>>, text: string): Config {
  const lines = text.split('\n');
  const lineOf = (key: string, first: number, last: number): number | null => {
    for (let at = first; at < last; at++) if (lines[at]?.includes(`"${key}"`)) return at;
    return null;
  };
  let from = 0;
  return new Map(
    Object.entries(json).map(([key, value]) => {
      // Keys come in the order of the text, but for those that are numbers.
      const at = lineOf(key, from, lines.length) ?? lineOf(key, 0, from);
      from = at ?? from;
      return [key, { value: plainValue(value), line: (at ?? -1) + 1 }];
    }),
  );
}

export const asText = (value: ConfigValue | undefined): string | null =>
  typeof value === 'string' ? value : null;
export const asNumber = (value: ConfigValue | undefined): number | null =>
  typeof value === 'number' ? value : typeof value === 'string' ? decimal(value.trim()) : null;
/** `true`, and the words that PyYAML and argparse take for it. */
export const isOn = (value: ConfigValue | undefined): boolean =>
  value === true || (typeof value === 'string' && /^(true|yes|on)$/i.test(value));

/** Names in a list, or joined by commas in one text. */
export function asNames(value: ConfigValue | undefined): string[] {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
  return Array.isArray(value) ? value.map((name) => String(name)) : [];
}
