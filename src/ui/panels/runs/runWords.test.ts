// How runs are called where they stand side by side.
import { expect, it } from 'vitest';
import { presetRecipe } from '../../state/recipeEdits.ts';
import { presetEntries } from '../../testing/presetEntries.ts';
import { toldApart } from './runWords.ts';

const recipe = presetRecipe(presetEntries, 'ships-log');
const told = (name: string, ...differing: Parameters<typeof toldApart>[2]): string =>
  toldApart(name, { values: { ...recipe.values, 'lora.r': 16, 'train.seed': 3 } }, differing);

it('says in front of a name what tells the run from the others', () => {
  expect(told('ships-log, 2:15', 'lora.r')).toBe('r 16 · ships-log, 2:15');
  expect(told('ships-log, 2:15', 'lora.r', 'train.seed')).toBe('r 16 · seed 3 · ships-log, 2:15');
});

it('leaves a name alone that says it, where nothing differs, and where too much does', () => {
  expect(told('ships-log · r 16', 'lora.r')).toBe('ships-log · r 16');
  expect(told('mine')).toBe('mine');
  expect(told('mine', 'lora.r', 'train.seed', 'train.max_steps')).toBe('mine');
});
