// Reading a value of a program: what it is to Python, as far as a call that decides needs to know. Null means: not known here.
import type { ProgramValue } from './program.ts';

export type Ref = Extract<ProgramValue, { readonly ref: number }>;

const isObject = (
  value: ProgramValue | undefined,
): value is Exclude<ProgramValue, null | boolean | number | string | readonly ProgramValue[]> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isRef = (value: ProgramValue | undefined): value is Ref => isObject(value) && 'ref' in value;

export const isPlaceholder = (
  value: ProgramValue | undefined,
): value is Extract<ProgramValue, { readonly placeholder: string }> =>
  isObject(value) && 'placeholder' in value;

/** Items of a list, tuple or set; null for anything else. */
export function itemsOf(value: ProgramValue | undefined): readonly ProgramValue[] | null {
  if (Array.isArray(value)) return value;
  if (isObject(value) && 'tuple' in value) return value.tuple;
  if (isObject(value) && 'set' in value) return value.set;
  return null;
}

/** Texts of a list, tuple or set; null where it is none, or holds something else. */
export function namesOf(value: ProgramValue | undefined): readonly string[] | null {
  const items = itemsOf(value);
  if (items === null) return null;
  const names = items.filter((item) => typeof item === 'string');
  return names.length === items.length ? names : null;
}

/** Entries of a dictionary whose keys are texts; null for anything else. */
export function entriesOf(value: ProgramValue | undefined): ReadonlyMap<string, ProgramValue> | null {
  if (!isObject(value) || !('dict' in value)) return null;
  const entries = value.dict.flatMap(([key, entry]) =>
    typeof key === 'string' ? [[key, entry] as const] : [],
  );
  return entries.length === value.dict.length ? new Map(entries) : null;
}

/** Python's bool(value); null for what is not known. */
export function truthOf(value: ProgramValue | undefined): boolean | null {
  if (value === undefined || isPlaceholder(value)) return null;
  if (value === null) return false;
  if (typeof value !== 'object') return Boolean(value);
  const items = itemsOf(value);
  if (items) return items.length > 0;
  if (isObject(value) && 'dict' in value) return value.dict.length > 0;
  return true;
}

/** The text of a str, or of a member of an enumeration of texts. */
export function textOf(value: ProgramValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return isObject(value) && 'member' in value && typeof value.value === 'string' ? value.value : null;
}

/** A plain number; inf and nan are none. */
export const numberOf = (value: ProgramValue | undefined): number | null =>
  typeof value === 'number' ? value : null;

/** Name of a torch dtype, also where it is spelled as a text: `torch.float16`, `"bfloat16"`. */
export function dtypeOf(value: ProgramValue | undefined): string | null {
  if (isObject(value) && 'dtype' in value) return value.dtype;
  return typeof value === 'string' ? value.replace(/^torch\./, '') : null;
}

const pythonText = (text: string): string =>
  text.includes("'") && !text.includes('"')
    ? `"${text}"`
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;

/** repr(value), as messages quote it. */
export function reprOf(value: ProgramValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return pythonText(value);
  if (!isObject(value)) return `[${(itemsOf(value) ?? []).map(reprOf).join(', ')}]`;
  if ('tuple' in value)
    return value.tuple.length === 1
      ? `(${value.tuple.map(reprOf).join('')},)`
      : `(${value.tuple.map(reprOf).join(', ')})`;
  if ('set' in value) return value.set.length === 0 ? 'set()' : `{${value.set.map(reprOf).join(', ')}}`;
  if ('dict' in value)
    return `{${value.dict.map(([key, entry]) => `${reprOf(key)}: ${reprOf(entry)}`).join(', ')}}`;
  if ('float' in value) return value.float;
  if ('dtype' in value) return `torch.${value.dtype}`;
  if ('member' in value) return `<${value.member}: ${reprOf(value.value)}>`;
  if ('ref' in value) return `<object ${value.ref}${value.path ? `.${value.path}` : ''}>`;
  return 'placeholder' in value ? value.placeholder : value.callable;
}
