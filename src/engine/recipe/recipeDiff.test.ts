// In what recipes differ: only what is not the same in all, settings in the form's order, parts by what makes them the same.
import { expect, it } from 'vitest';
import type { Recipe } from './recipe.ts';
import { defaultValues, withPatch } from './recipe.ts';
import { comparedOf, differencesOf } from './recipeDiff.ts';

const plain: Recipe = { preset: 'ships-log', values: defaultValues };
const of = (...recipes: readonly Recipe[]) => differencesOf(recipes.map((recipe) => comparedOf(recipe)));

it('finds none in one recipe, or in the same twice', () => {
  expect(of(plain)).toEqual({ settings: [], parts: [] });
  expect(of(plain, { ...plain, values: { ...defaultValues } })).toEqual({ settings: [], parts: [] });
});

it('names the settings that differ in any of several', () => {
  const ranks = [2, 4, 4].map((r) => ({ ...plain, values: withPatch(defaultValues, { 'lora.r': r }) }));
  const faster = { ...plain, values: withPatch(defaultValues, { 'lora.r': 4, 'train.learning_rate': 1e-3 }) };
  expect(of(...ranks)).toEqual({ settings: ['lora.r'], parts: [] });
  expect(of(...ranks, faster).settings).toEqual(['lora.r', 'train.learning_rate']);
});

it('names the parts by what they hold, not by what they are called', () => {
  const rows = { ...plain, data: { name: 'a.jsonl', text: '{}' } };
  const model = { ...plain, model: { name: 'a.gguf', digest: '0123456789abcdef' } };
  const renamed = { ...plain, model: { name: 'b.gguf', digest: '0123456789abcdef' } };
  expect(of(plain, rows).parts).toEqual(['rows']);
  expect(of(plain, model).parts).toEqual(['model']);
  expect(of(model, renamed).parts).toEqual([]);
  expect(of(plain, { ...plain, prompts: ['Hi?'], chatTemplate: 'x' }).parts).toEqual([
    'template',
    'questions',
  ]);
  expect(of(plain, { ...plain, preset: 'element-0' }).parts).toEqual(['preset', 'rows']);
});
