// A value from outside as the type that a check is of, or where it does not fit, in words. The door of readers of files; messages between threads have
// their own in engine/decode.ts.
import type { Check, Misfit } from './shapes.ts';
import type { Text } from './text.ts';
import { text } from './text.ts';

export type Shaped<T> =
  | { readonly value: T; readonly misfit: null }
  | { readonly value: null; readonly misfit: Text };

/** `lengths.0: expected a number, got "x"` */
function wordsOf({ at, expected, got }: Misfit): Text {
  const [before, zhBefore] = at === '' ? ['', ''] : [`${at}: `, `${at}：`];
  return text(`${before}expected ${expected.en}, got ${got}`, `${zhBefore}应为${expected.zh}，得到 ${got}`);
}

export function shaped<T>(check: Check<T>, value: unknown): Shaped<T> {
  const misfit = check(value);
  return misfit ? { value: null, misfit: wordsOf(misfit) } : { value: value as T, misfit: null };
}
