// The reference of `embedding`: rows by id, ids beyond the table held at its end, rows that begin inside a block.
import { expect, it } from 'vitest';
import { quantise4 } from '../quant/blockwise4.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import { packQuantised } from '../quant/packing.ts';
import { randomArray } from '../testing/finite.ts';
import { packFloats } from '../testing/groups.ts';
import { embeddingReference } from './embedding.ref.ts';

/** Of a table that is bound whole. */
const whole = { first: 0, first_block: 0, HAS_NOISE: 0, step: { seed: 0, noise: 0 } };

it('gathers rows and holds ids at the table’s end', () => {
  const x = new Float64Array(6);
  const { words, scales } = packFloats([Float32Array.of(1, 2, 3, 4)]);
  const table = { w: words, w_scales: scales, decode: { format: 'none' } } as const;
  embeddingReference({ ...whole, ...table, ids: Uint32Array.of(1, 0, 9), x, n: 3, c: 2, v: 2, rows: 2 });
  expect([...x]).toEqual([3, 4, 1, 2, 3, 4]);
});

it('decodes rows that begin inside a block', () => {
  const [v, c] = [9, 20];
  const table = Float32Array.from(randomArray(v * c, 1));
  const { words, scales } = packQuantised([quantise4(table, 'nf4', true)]);
  const format = 'nf4-double';
  const decoded = new Float64Array(v * c);
  decodeMember({ words, scales, format, segment: 0, firstBlock: 0, count: v * c, out: decoded, outAt: 0 });
  const x = new Float64Array(2 * c);
  const packed = { w: words, w_scales: scales, decode: { format } } as const;
  embeddingReference({ ...whole, ...packed, ids: Uint32Array.of(7, 3), x, n: 2, c, v, rows: v });
  expect([...x]).toEqual([...decoded.subarray(7 * c, 8 * c), ...decoded.subarray(3 * c, 4 * c)]);
});

it('adds noise that fills the interval, the same for the same seed', () => {
  const [n, c, size] = [64, 32, 0.5];
  const { words, scales } = packFloats([new Float32Array(c)]);
  const draw = (seed: number): Float64Array => {
    const x = new Float64Array(n * c);
    const table = { w: words, w_scales: scales, decode: { format: 'none' } } as const;
    const noisy = { ...whole, HAS_NOISE: 1, step: { seed, noise: size } };
    embeddingReference({ ...noisy, ...table, ids: new Uint32Array(n), x, n, c, v: 1, rows: 1 });
    return x;
  };
  const x = draw(3);
  expect(draw(3)).toEqual(x);
  expect(draw(4)).not.toEqual(x);
  expect(x.every((value) => Math.abs(value) <= size)).toBe(true);
  // Five standard deviations of the mean of n·c uniform numbers; the largest of them comes close to the end.
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  expect(Math.abs(mean)).toBeLessThan((5 * size) / Math.sqrt(3 * x.length));
  expect(Math.max(...x)).toBeGreaterThan(0.99 * size);
});
