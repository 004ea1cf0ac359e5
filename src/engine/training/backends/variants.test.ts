// What a file of measurements may say.
import { expect, it } from 'vitest';
import { knownVariants, portableVariants, variantsInWords } from './variants.ts';

const byRows = { few: 'narrow', some: 'tiled64', many: 'tiled128' } as const;

it('takes one kernel for all products, or one by how many rows there are', () => {
  expect(knownVariants(portableVariants)).toEqual(portableVariants);
  const measured = { ...portableVariants, linear: byRows };
  expect(knownVariants(JSON.parse(JSON.stringify(measured)))).toEqual(measured);
  expect(variantsInWords(measured)).toBe('narrow/tiled64/tiled128, f32, column, invocation, row');
});

it('measures again where a word is missing or unknown', () => {
  const { many, ...rest } = byRows;
  for (const linear of ['fast', rest, { ...byRows, many: 'fast' }, null])
    expect(knownVariants({ ...portableVariants, linear })).toBe(null);
  expect(knownVariants({ ...portableVariants, sums: 'thread' })).toBe(null);
  expect(knownVariants(many)).toBe(null);
});
