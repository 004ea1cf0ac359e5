// Presets by language: what a page offers, and when its recipe follows its language.
import { expect, it } from 'vitest';
import { presetEntries } from '../testing/presetEntries.ts';
import { inLanguage, offered } from './presetLanguage.ts';
import { edited, presetRecipe } from './recipeEdits.ts';
import { emptyState } from './store.ts';

const presets = [
  ...presetEntries,
  ...presetEntries.map((one) => ({ ...one, id: `${one.id}-zh`, language: 'zh' as const })),
];
const of = (language: 'en' | 'zh', preset: string) => ({
  ...emptyState(language, 'system'),
  presets,
  recipe: presetRecipe(presets, preset),
});

it('offers presets of the page’s language, and the one that is chosen', () => {
  const ids = (language: 'en' | 'zh', chosen: string) =>
    offered(presets, language, chosen).map(({ id }) => id);
  expect(ids('en', 'ships-log')).toEqual(['ships-log', 'element-0']);
  expect(ids('zh', 'ships-log')).toEqual(['ships-log', 'ships-log-zh', 'element-0-zh']);
});

it('opens with rows in its own language', () => {
  expect(emptyState('zh', 'system').recipe.preset).toBe('ships-log-zh');
  expect(emptyState('en', 'system').recipe.preset).toBe('ships-log');
});

it('follows the language as long as nothing is one’s own', () => {
  const state = of('en', 'element-0');
  const chinese = { ...state, ...inLanguage(state, 'zh') };
  expect(chinese.recipe).toEqual(presetRecipe(presets, 'element-0-zh'));
  expect({ ...chinese, ...inLanguage(chinese, 'en') }.recipe).toEqual(state.recipe);
  const own = { ...state, ...edited(state, { kind: 'values', patch: { 'lora.r': 4 } }, 0) };
  expect(inLanguage(own, 'zh')).toEqual({ language: 'zh' });
  expect(inLanguage({ ...state, recipe: { ...state.recipe, prompts: ['你好？'] } }, 'zh')).toEqual({
    language: 'zh',
  });
});
