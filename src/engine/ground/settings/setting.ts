// What one setting is. A setting is declared once, next to the thing it configures; the form, the link, validation,
// the JSON file, the Python script and the command line all derive from the declaration.

import { quote } from '../quote.ts';
import type { Text } from '../text.ts';
import { text } from '../text.ts';
import { wellFormed } from '../wellFormed.ts';
import type { PythonPlace } from './pythonPlace.ts';

export type { Text } from '../text.ts';

export type Section = 'start' | 'model' | 'lora' | 'wiring' | 'training' | 'generation';

export interface Option<V extends string = string> {
  readonly value: V;
  readonly label: Text;
  readonly help?: Text;
}

export interface NumberKind {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  /** How a slider moves; log for learning rates. */
  readonly scale?: 'linear' | 'log';
  readonly unit?: Text;
}
export interface ChoiceKind<V extends string = string> {
  readonly kind: 'choice';
  readonly options: readonly Option<V>[];
}
export interface BooleanKind {
  readonly kind: 'boolean';
}
export interface TextKind {
  readonly kind: 'text';
  readonly suggestions?: readonly string[];
  /** Says in words why a text is refused, or null. */
  readonly problem?: (value: string) => Text | null;
}

export type Kind = NumberKind | ChoiceKind | BooleanKind | TextKind;
/** Type of a setting's value; of a choice the union of its options' values. */
export type ValueOf<K extends Kind> = K extends NumberKind
  ? number
  : K extends BooleanKind
    ? boolean
    : K extends ChoiceKind<infer V>
      ? V
      : string;

export interface Setting<K extends Kind = Kind, P extends PythonPlace = PythonPlace> {
  readonly type: K;
  readonly default: ValueOf<K>;
  readonly section: Section;
  /** Folded away until asked for. */
  readonly advanced?: boolean;
  readonly label: Text;
  /** What it is, the usual range, what goes wrong. */
  readonly help: Text;
  /** Where it stands in Python. */
  readonly python: P;
}

export function defineSetting<const K extends Kind, const P extends PythonPlace>(
  setting: Setting<K, P>,
): Setting<K, P> {
  return setting;
}

/** Options that are shown as they are written: the names of a registry. */
export const namedOptions = <const V extends string>(values: readonly V[]): readonly Option<V>[] =>
  values.map((value) => ({ value, label: { en: value, zh: value } }));

/** Type of the value of one setting. */
export type SettingValue<S> = S extends Setting<infer K extends Kind> ? ValueOf<K> : never;

/** Values of declared settings, by their keys. */
export type SettingValues<S extends Readonly<Record<string, Setting>>> = {
  readonly [K in keyof S]: SettingValue<S[K]>;
};

/** No list of modules or pattern that people write is longer. */
const MOST_CHARACTERS = 20_000;

/** Why `value` can't be the value of `setting`, in words that name what was expected; null when it can. */
export function settingProblem(key: string, setting: Setting, value: unknown): Text | null {
  const wrong = (en: string, zh: string): Text => text(`${key}: ${en}`, `${key}：${zh}`);
  const { type } = setting;
  if (type.kind === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return wrong(
        `expected a number from ${type.min} to ${type.max}, got ${quote(value)}.`,
        `应为 ${type.min} 到 ${type.max} 的数，得到 ${quote(value)}。`,
      );
    }
    if (type.integer && !Number.isInteger(value))
      return wrong(`expected a whole number, got ${value}.`, `应为整数，得到 ${value}。`);
    if (value < type.min || value > type.max)
      return wrong(
        `expected ${type.min} to ${type.max}, got ${value}.`,
        `应为 ${type.min} 到 ${type.max}，得到 ${value}。`,
      );
    return null;
  }
  if (type.kind === 'boolean')
    return typeof value === 'boolean'
      ? null
      : wrong(`expected true or false, got ${quote(value)}.`, `应为 true 或 false，得到 ${quote(value)}。`);
  if (typeof value !== 'string')
    return wrong(`expected text, got ${quote(value)}.`, `应为文本，得到 ${quote(value)}。`);
  if (type.kind === 'choice') {
    if (type.options.some((option) => option.value === value)) return null;
    const known = type.options.map((option) => option.value);
    return wrong(
      `expected one of ${known.join(', ')}, got ${quote(value)}.`,
      `应为 ${known.join('、')} 之一，得到 ${quote(value)}。`,
    );
  }
  if (value.length > MOST_CHARACTERS)
    return wrong(
      `expected at most ${MOST_CHARACTERS} characters, got ${value.length}.`,
      `最多 ${MOST_CHARACTERS} 个字符，得到 ${value.length} 个。`,
    );
  if (wellFormed(value) !== value) return wrong('it holds half of a character.', '含有半个字符。');
  const problem = type.problem?.(value) ?? null;
  return problem && wrong(problem.en, problem.zh);
}
