// Points of curves on common axes: ends of the frame, gaps where a loss is no number, one point that stays visible, a logarithmic axis.
import { expect, it } from 'vitest';
import type { KeptRun } from '../../../engine/protocol.ts';
import { curvesIn } from './curves.ts';
import { endLoss, lastEval } from './runWords.ts';

const curve = (...losses: readonly number[]): KeptRun['curve'] =>
  losses.map((loss, i) => [i + 1, loss, null] as const);
const frame = { width: 100, height: 10 };
const plain = { log: false, smoothing: 0 };

it('lays curves of different lengths over the same axes', () => {
  const { lines, most, least, steps } = curvesIn([curve(4, 2), curve(3, 3, 3, 0)], frame, plain);
  expect([most, least, steps]).toEqual([4, 0, 4]);
  expect(lines).toEqual([['25.0,0.0 50.0,5.0'], ['25.0,2.5 50.0,2.5 75.0,2.5 100.0,10.0']]);
});

it('breaks a line where there is no number, and shows a single point', () => {
  const { lines } = curvesIn([curve(2, Number.NaN, Number.NaN, 1)], frame, plain);
  expect(lines[0]).toEqual(['25.0,0.0 25.0,0.0', '100.0,10.0 100.0,10.0']);
  expect(curvesIn([[]], frame, plain).lines).toEqual([[]]);
});

it('draws a logarithmic axis without what has no logarithm', () => {
  const { lines } = curvesIn([curve(100, 10, 0, 1)], frame, { log: true, smoothing: 0 });
  expect(lines[0]).toEqual(['25.0,0.0 50.0,5.0', '100.0,10.0 100.0,10.0']);
});

it('takes the end loss over the last tenth, and the last evaluation there is', () => {
  const long = curve(...Array.from({ length: 20 }, (_, i) => 20 - i));
  expect(endLoss({ curve: long })).toBe(1.5);
  expect(endLoss({ curve: curve(3, 2) })).toBe(2);
  expect(endLoss({ curve: [] })).toBeNaN();
  expect(
    lastEval({
      curve: [
        [1, 3, 2.5],
        [2, 2, null],
      ],
    }),
  ).toBe(2.5);
  expect(lastEval({ curve: curve(1) })).toBeNull();
});
