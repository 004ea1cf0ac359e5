// Loads the table of known models. It is our own file and written by a script, so nothing in it is checked here: its type is believed.
import { kept } from '../../ground/kept.ts';
import type { KnownTable } from './table.ts';

/** The table, fetched once. */
export const loadKnownTable = kept(async (): Promise<KnownTable> => {
  const { default: table } = await import('./table.json');
  // JSON's own types know tuples as arrays.
  return table as unknown as KnownTable;
});
