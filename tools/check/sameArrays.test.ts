// Equal arrays are found at once, and nothing passes for equal that Vitest tells apart.
import { expect, it } from 'vitest';
import { sameArrays } from './sameArrays.ts';

it('finds equal arrays of one kind, not a number and both zeros told as Object.is does', () => {
  expect(sameArrays(Float32Array.of(1, Number.NaN, -0), Float32Array.of(1, Number.NaN, -0))).toBe(true);
  expect(sameArrays(new BigInt64Array(2), new BigInt64Array(2))).toBe(true);
});

it('leaves the question open where an element, the length or the kind differs', () => {
  expect(sameArrays(Float32Array.of(0), Float32Array.of(-0))).toBeUndefined();
  expect(sameArrays(Float32Array.of(1, 2), Float32Array.of(1))).toBeUndefined();
  expect(sameArrays(Float32Array.of(1), Float64Array.of(1))).toBeUndefined();
  expect(sameArrays(Float32Array.of(1), [1])).toBeUndefined();
  expect(sameArrays(new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(1)))).toBeUndefined();
});

it('leaves Vitest its own words', () => {
  expect(Float32Array.of(1, 2)).not.toEqual(Float32Array.of(1, 3));
  expect({ values: [Uint8Array.of(1)] }).toEqual({ values: [Uint8Array.of(1)] });
  expect(() => expect(Uint8Array.of(1)).toEqual(Uint8Array.of(2))).toThrow(/to deeply equal/);
});
