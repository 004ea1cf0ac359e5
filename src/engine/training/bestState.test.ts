// The best state and early stopping: what transformers' Trainer and its EarlyStoppingCallback decide after each evaluation; a whole
// run against the libraries stands in the parity recipes.
import { expect, it } from 'vitest';
import type { Best, BestOptions } from './bestState.ts';
import { betterOf, outOfPatience } from './bestState.ts';

async function after(losses: readonly number[], options: BestOptions): Promise<Best | null> {
  let best: Best | null = null;
  for (const [i, evalLoss] of losses.entries())
    best = await betterOf(best, { step: i + 1, evalLoss }, options, async () => Float32Array.of(i + 1));
  return best;
}

const options: BestOptions = { keepsAdapter: true, patience: 2, threshold: 0 };

it('keeps the adapter of the lowest loss, the first of equals', async () => {
  expect(await after([3, 2, 2.5, 2], options)).toEqual({
    step: 2,
    evalLoss: 2,
    waited: 2,
    adapter: Float32Array.of(2),
  });
  expect((await after([3, 2], { ...options, keepsAdapter: false }))?.adapter).toEqual(new Float32Array(0));
});

it('counts evaluations without a fall beyond the threshold, though it keeps the lower loss', async () => {
  const best = await after([3, 2.95, 2.94], { ...options, threshold: 0.1 });
  expect(best).toMatchObject({ step: 3, evalLoss: 2.94, waited: 2 });
  expect(outOfPatience(best, options)).toBe(true);
  expect(outOfPatience(best, { ...options, patience: 3 })).toBe(false);
  expect(outOfPatience(best, { ...options, patience: 0 })).toBe(false);
  expect(outOfPatience(await after([3, 2.95, 2.5], { ...options, threshold: 0.1 }), options)).toBe(false);
});
