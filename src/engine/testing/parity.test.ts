// Every recipe on the random model against what its script computed under the real libraries: the first six of fifty steps here,
// all of them in `npm run parity`.
import { expect, it } from 'vitest';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { compareWithLibraries, parityProblems } from './parity.ts';
import { parityRecipes } from './parityRecipes.ts';

const recipes = parityRecipes().filter(({ model }) => model === 'random');

it.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s', async (_, recipe) => {
  const parity = await compareWithLibraries(recipe, new CpuBackend({ precision: 'float32' }), 6);
  expect(parity && parityProblems(parity)).toEqual([]);
  expect(parity?.steps).toBe(6);
});
