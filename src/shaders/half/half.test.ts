// The references of `to_half` and `from_half`: there and back is the nearest half, whatever the array that lends the room.
import { expect, it } from 'vitest';
import { halfToFloat } from '../quant/halves.ts';
import { randomArray } from '../testing/finite.ts';
import { fromHalfReference, toHalfReference } from './half.ref.ts';

function thereAndBack(x: Float32Array, room: Float32Array | Float64Array): Float32Array {
  const words = room as unknown as Uint32Array;
  toHalfReference({ x, words, n: x.length });
  const y = new Float32Array(x.length);
  fromHalfReference({ words, y, n: x.length });
  return y;
}

it('gives every half back as it is', () => {
  const every = Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits)).filter(Number.isFinite);
  expect([...thereAndBack(every, new Float32Array(every.length / 2))]).toEqual([...every]);
});

it.each([1, 5, 64])('rounds %i others to eleven bits', (n) => {
  const x = Float32Array.from(randomArray(n, 3), (value) => 100 * value);
  for (const room of [new Float32Array(Math.ceil(n / 2)), new Float64Array(Math.ceil(n / 2))]) {
    const y = thereAndBack(x, room);
    for (const [i, value] of x.entries())
      expect(Math.abs((y[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(2 ** -11 * Math.abs(value));
  }
});

it('keeps what is too large at the largest, and what is no number none', () => {
  const [large, small, none] = thereAndBack(Float32Array.of(1e9, -1e9, Number.NaN), new Float32Array(2));
  expect([large, small]).toEqual([65504, -65504]);
  expect(none).toBeNaN();
});
