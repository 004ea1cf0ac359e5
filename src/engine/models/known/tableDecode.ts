// Loads the table of known models. It is our own file and written by a script, so nothing in it is checked here: its type is believed.
import type { KnownTable } from './table.ts';

let loaded: Promise<KnownTable> | null = null;

async function load(): Promise<KnownTable> {
  const { default: table } = await import('./table.json');
  // JSON's own types know tuples as arrays.
  return table as unknown as KnownTable;
}

/** The table, fetched once. */
export function loadKnownTable(): Promise<KnownTable> {
  loaded ??= load();
  return loaded;
}
