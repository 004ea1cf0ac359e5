// Every test runner's way to find two typed arrays equal: at once, where they are. Vitest's own compares element by element through
// all that an element might be, 15 s for a small model's weights; what differs is left to it, for its words.
import { expect } from 'vitest';

type Numbers = ArrayLike<number | bigint> & ArrayBufferView;
const isNumbers = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** true where all elements are the same by Object.is; undefined leaves the question to the others. */
export function sameArrays(a: unknown, b: unknown): boolean | undefined {
  if (!isNumbers(a) || !isNumbers(b)) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || a.length !== b.length) return undefined;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return undefined;
  return true;
}

// Vitest loads this before every file, and keeps what was registered as long as the worker lives.
const ONCE = Symbol.for('lora-playground/sameArrays');
if (!Object.hasOwn(globalThis, ONCE)) {
  Object.defineProperty(globalThis, ONCE, { value: true });
  expect.addEqualityTesters([sameArrays]);
}
