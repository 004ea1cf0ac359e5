// What was refused, as a message shows it: short, whatever it is, and without running anything of it.
import { wellFormed } from './wellFormed.ts';

/** No message quotes more than this of what it refuses. */
export const MOST_QUOTED = 200;

/** A text cut short, and said to be. */
export const shortened = (text: string, most = MOST_QUOTED): string =>
  text.length <= most ? wellFormed(text) : `${wellFormed(text.slice(0, most - 1))}…`;

/** A value as JSON writes it, or what it is. */
export function quote(value: unknown, most = 60): string {
  if (value === undefined) return '–';
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  // JSON has no word for these.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string') return shortened(JSON.stringify(value.slice(0, most)), most);
  try {
    return shortened(JSON.stringify(value) ?? String(value), most);
  } catch {
    // A bigint, an object that holds itself and one that nests too deep have no JSON.
    return typeof value === 'bigint' ? String(value) : Array.isArray(value) ? '[…]' : '{…}';
  }
}
