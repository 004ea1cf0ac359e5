// VeRA's shared matrices against those that PEFT draws (tests/golden/random.json).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { SharedMatrices } from './projections.ts';
import { drawProjections } from './projections.ts';

interface Row extends SharedMatrices {
  readonly a: string;
  readonly b: string;
}
const golden: { readonly veraProjections: readonly Row[] } = JSON.parse(
  readFileSync('tests/golden/random.json', 'utf8'),
);
const sha256Of = (values: Float32Array<ArrayBuffer>): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

it.each(golden.veraProjections)('key $key, r $r: the matrices of PEFT, bit for bit', ({ a, b, ...share }) => {
  const flat = drawProjections(share);
  const split = share.r * share.inFeatures;
  expect([sha256Of(flat.slice(0, split)), sha256Of(flat.slice(split))]).toEqual([a, b]);
});
