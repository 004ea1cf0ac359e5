// Preference losses against central differences in float64: the weights are the loss's derivatives by every token's nll.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { sumBound64 } from '../testing/tolerance.ts';
import { OBJECTIVES, preferenceReference } from './preference.ref.ts';
import type { PreferenceObjective } from './preference.ts';

const [pairs, t] = [3, 5];
const starts = Uint32Array.of(1, 0, 3, 2, 2, 1);
const counted = Float64Array.from({ length: 2 * pairs * t }, (_, i) => (i % t === t - 1 ? 0 : 1));
const references = Float64Array.from(randomArray(2 * pairs, 2), (x) => x - 3);
const lossScale = 0.5;

function run(nll: Float64Array, objective: PreferenceObjective) {
  const rows = new Float64Array(8 * pairs * t);
  nll.forEach((value, i) => {
    rows.set([value * (counted[i] ?? 0), 1, counted[i] ?? 0, 0.25 * (counted[i] ?? 0)], 4 * i);
  });
  const out = { weights: new Float64Array(2 * pairs * t), metrics: new Float64Array(8) };
  const own = references.slice();
  preferenceReference({
    ...{
      rows,
      starts,
      references: own,
      ...out,
      offset: 0,
      pairs,
      t,
      beta: 0.3,
      step: { lossScale, microBatch: 0 },
    },
    OBJECTIVE: OBJECTIVES[objective],
  });
  return { ...out, references: own };
}

const nll = Float64Array.from(randomArray(2 * pairs * t, 1), (x) => 1.2 + Math.abs(x) / 4);

it.each(['sigmoid', 'hinge', 'ipo', 'orpo'] as const)('%s', (objective) => {
  const { weights, metrics } = run(nll, objective);
  const seen = weights.map((value, i) => value * (counted[i] ?? 0));
  const loss = (at: Float64Array): Float64Array => Float64Array.of(run(at, objective).metrics[0] ?? 0);
  expect(gradientMismatches(seen, loss, nll, Float64Array.of(1), 2 * pairs * t)).toEqual([]);
  expect(metrics[3]).toBe(0.25 * (metrics[2] ?? 0));
  const wins = (metrics[6] ?? 0) * pairs;
  expect(Math.abs(wins - Math.round(wins))).toBeLessThanOrEqual(sumBound64(pairs, pairs));
});

it('keeps the sums of completions as the reference', () => {
  const { references: made } = run(nll, 'reference');
  const sum = -[5, 6, 7, 8].reduce((so, i) => so + (nll[i] ?? 0), 0);
  expect(Math.abs((made[1] ?? 0) - sum)).toBeLessThanOrEqual(sumBound64(4, sum));
  // Against a reference that is the model itself, DPO begins at log 2.
  const rows = new Float64Array(8 * pairs * t);
  nll.forEach((value, i) => {
    rows.set([value * (counted[i] ?? 0), 0, counted[i] ?? 0, 0], 4 * i);
  });
  const metrics = new Float64Array(8);
  const weights = new Float64Array(2 * pairs * t);
  preferenceReference({
    ...{ rows, starts, references: made, weights, metrics, offset: 0, pairs, t },
    ...{ beta: 0.1, step: { lossScale: 1, microBatch: 0 }, OBJECTIVE: OBJECTIVES.sigmoid },
  });
  expect(Math.abs((metrics[0] ?? 0) - Math.LN2)).toBeLessThanOrEqual(sumBound64(pairs + t, 1));
});
