// Preference losses against central differences in float64: the weights are the loss's derivatives by every token's nll.
import { expect, it } from 'vitest';
import { finiteDifference, randomArray } from '../testing/finite.ts';
import { mismatches } from '../testing/tolerance.ts';
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
  const want = finiteDifference(
    (at) => Float64Array.of(run(at, objective).metrics[0] ?? 0),
    nll,
    Float64Array.of(1),
  );
  const seen = weights.map((value, i) => value * (counted[i] ?? 0));
  expect(mismatches(seen, want, 1e-8)).toEqual([]);
  expect(metrics[3]).toBeCloseTo(0.25 * (metrics[2] ?? 0), 12);
  expect((metrics[6] ?? 0) * pairs).toBeCloseTo(Math.round((metrics[6] ?? 0) * pairs), 12);
});

it('keeps the sums of completions as the reference', () => {
  const { references: made } = run(nll, 'reference');
  expect(made[1]).toBeCloseTo(-[5, 6, 7, 8].reduce((sum, i) => sum + (nll[i] ?? 0), 0), 12);
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
  expect(metrics[0]).toBeCloseTo(Math.LN2, 12);
});
