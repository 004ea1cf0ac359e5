// The reference of `embedding`: rows by id, ids beyond the table held at its end, rows that begin inside a block.
import { expect, it } from 'vitest';
import { quantise4 } from '../quant/blockwise4.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import { packFloats, packQuantised } from '../quant/packing.ts';
import { randomArray } from '../testing/finite.ts';
import { embeddingReference } from './embedding.ref.ts';

it('gathers rows and holds ids at the table’s end', () => {
  const x = new Float64Array(6);
  const { words, scales } = packFloats([Float32Array.of(1, 2, 3, 4)]);
  embeddingReference({ ids: Uint32Array.of(1, 0, 9), words, scales, format: 'none', x, n: 3, c: 2, v: 2 });
  expect([...x]).toEqual([3, 4, 1, 2, 3, 4]);
});

it('decodes rows that begin inside a block', () => {
  const [v, c] = [9, 20];
  const table = Float32Array.from(randomArray(v * c, 1));
  const { words, scales } = packQuantised([quantise4(table, 'nf4', true)]);
  const format = 'nf4-double';
  const whole = new Float64Array(v * c);
  decodeMember({ words, scales, format, segment: 0, firstBlock: 0, count: v * c, out: whole, outAt: 0 });
  const x = new Float64Array(2 * c);
  embeddingReference({ ids: Uint32Array.of(7, 3), words, scales, format, x, n: 2, c, v });
  expect([...x]).toEqual([...whole.subarray(7 * c, 8 * c), ...whole.subarray(3 * c, 4 * c)]);
});
