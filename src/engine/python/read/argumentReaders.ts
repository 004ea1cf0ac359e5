// Readers of one argument: from a Python value to settings. What a setting's declaration says of its place and its values decides
// which; argumentTables.ts holds what no declaration says.
import type { ArgumentKey, SettingKey } from '../../recipe/recipe.ts';
import { isArgumentKey, placeOf, settingKeys, settingOf } from '../../recipe/recipe.ts';
import type { PythonValue } from './pythonValue.ts';

export type Plain = string | number | boolean;
export interface Assignment {
  readonly key: SettingKey;
  readonly value: Plain;
}
/** Settings that an argument stands for; [] when it changes nothing here; null when it is not understood. */
export type Reading = readonly Assignment[] | null;
export type ArgumentReader = (value: PythonValue) => Reading;
export type ArgumentTable = Readonly<Record<string, ArgumentReader>>;

export const literal = (value: PythonValue): string | number | boolean | null | undefined =>
  value.kind === 'literal' ? value.value : undefined;

export const nothing: ArgumentReader = () => [];

/** Whether a choice offers a value. */
export function offers(key: SettingKey, value: string): boolean {
  const { type } = settingOf(key);
  return type.kind === 'choice' && type.options.some((option) => option.value === value);
}

export const as =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    const plain = literal(value);
    return plain === undefined || plain === null ? null : [{ key, value: plain }];
  };

/** A dictionary of numbers and texts as the JSON text of a setting. */
export const asObject =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    if (literal(value) === null) return [];
    if (value.kind !== 'dict') return null;
    const entries = value.entries.map(([name, entry]) => [literal(name), literal(entry)] as const);
    const plain = entries.every(
      ([name, entry]) => typeof name === 'string' && (typeof entry === 'number' || typeof entry === 'string'),
    );
    return plain ? [{ key, value: JSON.stringify(Object.fromEntries(entries)) }] : null;
  };

/** A choice in which true and false are Python's. */
export const asWord =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    const name = String(literal(value)).toLowerCase();
    return offers(key, name) ? [{ key, value: name }] : null;
  };

/** torch.bfloat16, "bfloat16". */
const asTorchName =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    const text = value.kind === 'source' ? value.text.replace(/^torch\./, '') : String(literal(value));
    const name = text === 'half' ? 'float16' : text;
    if (offers(key, name)) return [{ key, value: name }];
    return text === 'auto' ? [] : null;
  };

/** One key of a dictionary that holds nothing else. */
const inDictionary =
  (entry: string, read: ArgumentReader): ArgumentReader =>
  (value) => {
    if (literal(value) === null) return [];
    if (value.kind !== 'dict') return null;
    if (value.entries.length === 0) return [];
    const [[name, inside] = [], second] = value.entries;
    if (second || !name || !inside || literal(name) !== entry) return null;
    return typeof literal(inside) === 'boolean' ? read(inside) : null;
  };

/** As the setting's declaration says. */
function readerOf(key: ArgumentKey): ArgumentReader {
  const { form, entry } = placeOf(key);
  const byForm = { number: as, word: asWord, object: asObject, torch: asTorchName };
  const read = (form ? byForm[form] : as)(key);
  return entry === undefined ? read : inDictionary(entry, read);
}

/** A reader for each of these settings, under every name that its argument has. */
const tableOf = (keys: readonly ArgumentKey[]): ArgumentTable =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const { argument, aliases = [] } = placeOf(key);
      return [argument, ...aliases].map((name) => [name, readerOf(key)] as const);
    }),
  );

/** The arguments of some calls that are settings. */
export const argumentsOf = (...calls: readonly string[]): ArgumentTable =>
  tableOf(
    settingKeys
      .filter(isArgumentKey)
      .filter((key) => [placeOf(key).call].flat().some((call) => calls.includes(call))),
  );
