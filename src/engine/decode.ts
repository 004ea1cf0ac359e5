// The only place where what crosses the worker boundary gets its type: checked field by field, refused by name. The shapes of commands
// and events stand in commandShapes.ts and eventShapes.ts, so that the page loads no shape of what it sends.
import { badMessage } from './boundaryErrors.ts';
import { quote, shortened } from './ground/quote.ts';
import type { Check } from './ground/shapes.ts';

const nameOf = (type: unknown): string => (typeof type === 'string' ? shortened(type, 60) : quote(type));

/** The value as what the check is of. Throws UserError 'protocol' naming the field. */
export function decode<T>(what: 'command' | 'event', check: Check<T>, value: unknown): T {
  const found = check(value);
  if (found) {
    const type = typeof value === 'object' && value !== null && 'type' in value ? nameOf(value.type) : '';
    throw badMessage({ what, type, ...found });
  }
  return value as T;
}
