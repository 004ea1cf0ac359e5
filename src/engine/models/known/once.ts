// What is read out of the table is read once: texts by number, for as long as the table lives.
import type { KnownTable } from './table.ts';

export function oncePer<T>(
  read: (table: KnownTable, index: number) => T,
): (table: KnownTable, index: number) => T {
  const tables = new WeakMap<KnownTable, Map<number, T>>();
  return (table, index) => {
    const known = tables.get(table) ?? new Map<number, T>();
    tables.set(table, known);
    const before = known.get(index);
    if (before !== undefined) return before;
    const value = read(table, index);
    known.set(index, value);
    return value;
  };
}
