// A value of Python as the readers of arguments take it, from a program's value or from JSON.
import { isRecord } from '../../ground/isRecord.ts';
import type { ProgramValue } from '../program/program.ts';
import { entriesOf, itemsOf } from '../program/values.ts';

export type PythonValue =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly PythonValue[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [PythonValue, PythonValue])[] }
  | { readonly kind: 'source'; readonly text: string };

export function ofProgram(value: ProgramValue): PythonValue {
  if (value === null || typeof value !== 'object') return { kind: 'literal', value };
  const items = itemsOf(value);
  if (items) return { kind: 'list', items: items.map(ofProgram) };
  const entries = entriesOf(value);
  if (entries)
    return {
      kind: 'dict',
      entries: [...entries].map(([key, one]) => [ofProgram(key), ofProgram(one)] as const),
    };
  if (!Array.isArray(value)) {
    if ('member' in value) return ofProgram(value.value);
    if ('dtype' in value) return { kind: 'source', text: `torch.${value.dtype}` };
  }
  return { kind: 'source', text: JSON.stringify(value) };
}

export function ofJson(value: unknown): PythonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'literal', value };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(ofJson) };
  if (!isRecord(value)) return { kind: 'source', text: String(value) };
  const entries = Object.entries(value).map(([key, one]) => [ofJson(key), ofJson(one)] as const);
  return { kind: 'dict', entries };
}
