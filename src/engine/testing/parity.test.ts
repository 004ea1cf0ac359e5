// Every recipe on a small random model against what its script computed under the real libraries: the first six of fifty steps of the
// llama here, the first two of every other family over NF4 and where a family alone has the thing, all of them in `npm run parity`.
import { expect, it } from 'vitest';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { compareWithLibraries, parityProblems } from './parity.ts';
import { parityRecipes } from './parityRecipes.ts';

const recipes = parityRecipes().filter(
  ({ name, model }) =>
    model === 'random' || (model !== 'embedded' && model !== 'smollm2' && /NF4|dropout|LN tuning/.test(name)),
);

it.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', async (_, recipe) => {
  const steps = recipe.model === 'random' ? 6 : 2;
  const parity = await compareWithLibraries(recipe, new CpuBackend({ precision: 'float32' }), steps);
  expect(parity && parityProblems(parity)).toEqual([]);
  expect(parity?.steps).toBe(steps);
});
