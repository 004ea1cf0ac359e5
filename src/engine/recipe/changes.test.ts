// Changes on the way: values at each step, what a second change of the same setting means, and the same in link and file.
import { expect, it } from 'vitest';
import { valuesAt, withChange } from './changes.ts';
import { formatLink, parseLink, recipeJson } from './link.ts';
import type { Recipe } from './recipe.ts';
import { defaultValues, withPatch } from './recipe.ts';
import { readRecipeJson } from './recipeFile.ts';
import { sameRun } from './sameRun.ts';

const values = withPatch(defaultValues, { 'train.learning_rate': 0.01, 'train.max_steps': 10 });
const plain: Recipe = { preset: 'a', values };
const presets = [{ id: 'a', values: defaultValues }];
const rate = (recipe: Recipe, step: number): number => valuesAt(recipe, step)['train.learning_rate'];

const once = withChange(plain, 3, { 'train.learning_rate': 0.001 });
const twice = withChange(once, 5, { 'train.learning_rate': 0.1, 'train.max_steps': 20 });

it('holds each value until the step that changed it', () => {
  expect([0, 2, 3, 4, 5, 9].map((step) => rate(twice, step))).toEqual([0.01, 0.01, 0.001, 0.001, 0.1, 0.1]);
  expect([4, 5].map((step) => valuesAt(twice, step)['train.max_steps'])).toEqual([10, 20]);
  expect(rate(plain, 0)).toBe(0.01);
});

it('is no change where the value stays', () => {
  expect(withChange(plain, 3, { 'train.learning_rate': 0.01 })).toBe(plain);
});

it('makes another run of the recipe, and travels in link and file', async () => {
  expect(sameRun(plain, once)).toBe(false);
  const link = await formatLink(twice, presets, { includeData: false, fingerprint: null });
  const read = await parseLink(link, presets);
  expect(read.notes).toEqual([]);
  expect(read.recipe).toEqual(twice);
  expect(readRecipeJson(recipeJson(twice, presets), presets)).toEqual(twice);
});

it.each([
  'x~train.learning_rate~1',
  '3~lora.r~4',
  '3~train.learning_rate~-1',
  '3~train.learning_rate',
  '-1~train.max_steps~5',
])('leaves out what could not have been changed: %s', async (change) => {
  const read = await parseLink(`v=1&preset=a&change=${change}`, presets);
  expect(read.recipe.changes).toBeUndefined();
  expect(read.notes).toHaveLength(1);
});
