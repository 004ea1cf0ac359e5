// What the curves say of settings that were changed on the way.
import { expect, it } from 'vitest';
import { defaultValues, withPatch } from '../../../engine/index.ts';
import { changeMarks, labelPlaces, madeChanges } from './changeMarks.ts';

const recipe = {
  values: withPatch(defaultValues, { 'train.learning_rate': 0.001, 'train.max_steps': 40 }),
  changes: [
    { step: 5, key: 'train.learning_rate', before: 0.005 },
    { step: 9, key: 'train.learning_rate', before: 0.002 },
    { step: 9, key: 'train.max_steps', before: 30 },
  ],
} as const;

it('says from which value to which, also of a setting that was changed twice', () => {
  expect(madeChanges(recipe)).toEqual([
    { step: 5, name: 'learning_rate', before: 0.005, after: 0.002 },
    { step: 9, name: 'learning_rate', before: 0.002, after: 0.001 },
    { step: 9, name: 'max_steps', before: 30, after: 40 },
  ]);
  expect(changeMarks(recipe)).toEqual([
    { step: 5, label: 'learning_rate 0.005 → 0.002' },
    { step: 9, label: 'learning_rate 0.002 → 0.001, max_steps 30 → 40' },
  ]);
  expect(changeMarks({ values: recipe.values })).toEqual([]);
});

it('puts labels where they have room, and no two over one another', () => {
  const width = 100;
  expect(labelPlaces([{ at: 10, width }], 200)).toEqual([{ toRight: true, line: 0 }]);
  expect(labelPlaces([{ at: 180, width }], 200)).toEqual([{ toRight: false, line: 0 }]);
  expect(
    labelPlaces(
      [10, 20, 120].map((at) => ({ at, width })),
      400,
    ),
  ).toEqual([
    { toRight: true, line: 0 },
    { toRight: true, line: 1 },
    { toRight: true, line: 0 },
  ]);
});
