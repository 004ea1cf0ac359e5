// What a release of transformers makes of a tree: the state of biases beside 4-bit weights, seen in the real libraries.
import { expect, it } from 'vitest';
import { stackOf } from '../../libraries/stacks.ts';
import { buildModel, parseConfig } from '../../models/families.ts';
import { goldenFamilies } from '../../testing/familyCases.ts';
import { applyModuleClasses } from './moduleClasses.ts';

it.each([
  ['trl-0.19.1', false],
  ['trl-1.16.0', true],
] as const)('under %s a bias beside a 4-bit weight requires grad: %s', (stack, trains) => {
  const own = goldenFamilies.cases.find(({ name }) => name === 'qwen2');
  const root = buildModel(parseConfig(own?.config), {
    dtype: 'float32',
    quantType: 'nf4',
    doubleQuant: false,
  });
  applyModuleClasses(root, stackOf(stack));
  const biases = [...root.namedParameters()].filter(([name]) => name.endsWith('.bias'));
  expect(biases.length).toBe(6);
  expect(new Set(biases.map(([, { requiresGrad }]) => requiresGrad))).toEqual(new Set([trains]));
});
