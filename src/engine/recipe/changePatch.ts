// The check of a change on its way to the trainer: known settings, each in its range.
import { quote } from '../ground/quote.ts';
import { settingProblem } from '../ground/settings/setting.ts';
import type { Check } from '../ground/shapes.ts';
import { optional, shape } from '../ground/shapes.ts';
import type { ChangeableKey, ChangePatch } from './changes.ts';
import { settingOf } from './recipe.ts';

const held =
  (key: ChangeableKey): Check<number> =>
  (value) => {
    const problem = settingProblem(key, settingOf(key), value);
    return problem && { at: '', expected: problem, got: quote(value) };
  };

export const changePatch: Check<ChangePatch> = shape<ChangePatch>({
  'train.learning_rate': optional(held('train.learning_rate')),
  'train.max_steps': optional(held('train.max_steps')),
  'train.logging_steps': optional(held('train.logging_steps')),
  'train.eval_steps': optional(held('train.eval_steps')),
  'train.save_steps': optional(held('train.save_steps')),
});
