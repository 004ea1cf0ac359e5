// A cell as a field of text shows it, and what was typed there as the cell's value: a text as it is, everything else as JSON.
import { readJson } from '../../ground/strictJson.ts';

export const cellText = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value);

/** What was typed in place of a value. A text that is no JSON stays a text: whoever reads the row says what is wrong with it. */
export function readEdit(old: unknown, typed: string): unknown {
  if (typeof old === 'string' || old === null || old === undefined) return typed;
  const { value, problem } = readJson(typed);
  return problem ? typed : value;
}
