// Values of a recipe: choices are typed by their options, and what comes from outside is typed once, by its declaration.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { joined } from '../ground/text.ts';
import type { OptimizerName } from '../torch/optim/names.ts';
import { optimizers } from '../torch/optim/optimizers.ts';
import type { RecipeValues, SettingKey } from './recipe.ts';
import { defaultValues, readSettings, recipeProblems, settingKeys, settingOf } from './recipe.ts';

it('the defaults hold', () => {
  expect(recipeProblems(defaultValues)).toEqual([]);
});

describe('a choice', () => {
  it('is typed by its options: only texts are any string', () => {
    type TextKey = { [K in SettingKey]: string extends RecipeValues[K] ? K : never }[SettingKey];
    const texts: Readonly<Record<TextKey, 'text'>> = {
      'ia3.feedforward_modules': 'text',
      'lora.target_modules': 'text',
      'lora.rank_pattern': 'text',
      'lora.alpha_pattern': 'text',
      'lora.layers_to_transform': 'text',
      'lora.exclude_modules': 'text',
      'lora.modules_to_save': 'text',
      'wiring.adapter_name': 'text',
      'wiring.model_type': 'text',
      'train.lr_scheduler_kwargs': 'text',
    };
    const declared = settingKeys.filter((key) => settingOf(key).type.kind === 'text');
    expect(declared.toSorted()).toEqual(Object.keys(texts).sort());
    expectTypeOf<RecipeValues['train.optim']>().toEqualTypeOf<OptimizerName>();
  });

  it('offers the optimisers that there are', () => {
    const { type } = settingOf('train.optim');
    expect(type.kind === 'choice' && type.options.map(({ value }) => value)).toEqual(Object.keys(optimizers));
  });
});

describe('settings from outside', () => {
  it('keeps what holds and names what does not', () => {
    const { patch, problems } = readSettings({
      'lora.r': 4,
      'lora.lora_alpha': -1,
      'train.use_reentrant': 'maybe',
      'train.optim': 'sgd',
      nonsense: 1,
      toString: 'x',
    });
    expect(patch).toEqual({ 'lora.r': 4, 'train.optim': 'sgd' });
    expect(problems).toHaveLength(4);
    expect(joined(problems).en).toMatch(/lora_alpha: .*use_reentrant: .*nonsense: .*toString: /);
  });

  it('reads every default back', () => {
    expect(readSettings(defaultValues)).toEqual({ patch: defaultValues, problems: [] });
    expect(settingKeys.length).toBeGreaterThan(60);
  });
});
