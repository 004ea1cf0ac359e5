// Which steps are logged, and of which their entries are the means: how runs are held to TRL's log is in
// exchange/export/runLog.test.ts.
import { expect, it } from 'vitest';
import type { Recipe } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { isLogged, loggedWindows, meanOf } from './logged.ts';

const points = Array.from({ length: 7 }, (_, i) => ({ step: i + 1, loss: 10 * (i + 1) }));
const every = (steps: number, changes: Recipe['changes'] = []) => ({
  values: withPatch(defaultValues, { 'train.logging_steps': steps }),
  changes,
});
const logged = (recipe: ReturnType<typeof every>) =>
  [...loggedWindows(points, recipe)].map(([step, since]) => [step, meanOf(since, ({ loss }) => loss)]);

it('logs the mean since the last log, and nothing behind the last', () => {
  expect(logged(every(3))).toEqual([
    [3, 20],
    [6, 50],
  ]);
  expect(logged(every(1)).map(([, loss]) => loss)).toEqual(points.map(({ loss }) => loss));
  expect(logged(every(500))).toEqual([]);
});

it('follows a change from the step behind it', () => {
  const recipe = every(1, [
    { step: 2, key: 'train.logging_steps', before: 2 },
    { step: 4, key: 'train.logging_steps', before: 3 },
    { step: 1, key: 'train.learning_rate', before: 1 },
  ]);
  expect(logged(recipe)).toEqual([
    [2, 15],
    [3, 30],
    [5, 45],
    [6, 60],
    [7, 70],
  ]);
  expect(isLogged(recipe, 4)).toBe(false);
});
