// The dropout mask: published answers of Philox-2x32-10, its share of zeros, and independence of streams.
import { expect, it } from 'vitest';
import { dropoutReference, dropoutScale, philox2x32 } from './dropout.ref.ts';

it('gives the known answers of Random123 for Philox-2x32-10', () => {
  expect(philox2x32([0, 0], 0)).toEqual([0xff1dae59, 0x6cd10df2]);
  expect(philox2x32([0xffffffff, 0xffffffff], 0xffffffff)).toEqual([0x2c3f628b, 0xab4fd7ad]);
});

it('drops the share it says, and keeps the mean', () => {
  const [n, rate] = [20_000, 0.3];
  const y = new Float64Array(n);
  dropoutReference({ x: new Float64Array(n).fill(1), y, n, step: { seed: 5 }, stream: 1, rate });
  const zeros = y.filter((value) => value === 0).length / n;
  // Five standard deviations of a binomial share.
  expect(Math.abs(zeros - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / n));
  expect(dropoutScale(5, 1, 7, 0)).toBe(1);
  const other = Float64Array.from(y, (_, i) => dropoutScale(5, 2, i, rate));
  expect(other).not.toEqual(y);
});
