// The reference against bitsandbytes' own decoding (dequantise4), member by member, in both directions.
import { expect, it } from 'vitest';
import { dequantise4, quantise4 } from '../quant/blockwise4.ts';
import { randomArray } from '../testing/finite.ts';
import { testGroup } from '../testing/groups.ts';
import { dequantizeReference } from './dequantize.ref.ts';

it.each(['nf4', 'fp4', 'nf4-double', 'fp4-double'] as const)('%s', (format) => {
  const type = format.startsWith('nf4') ? 'nf4' : 'fp4';
  for (const k of [12, 64, 65]) {
    const members = [
      { out: 33, rank: 2 },
      { out: 300, rank: 0 },
    ];
    const g = testGroup(k, members, format);
    const whole = members.flatMap(({ out }, i) => {
      const values = Float32Array.from(randomArray(out * k, 40 + i));
      return [...dequantise4(quantise4(values, type, format.endsWith('double')), type, out * k)];
    });
    const args = {
      w: g.packed.words,
      w_scales: g.packed.scales,
      decode: { format },
      adapter: g.adapter,
      k,
      out: g.out,
      ru: g.ru,
      segments: g.segments,
      count: g.segments.length,
    };
    const straight = new Float32Array((g.out + g.ru) * k);
    dequantizeReference({ ...args, scratch: straight, TRANSPOSED: 0 });
    expect([...straight.subarray(0, g.out * k)]).toEqual(whole);
    const turned = new Float32Array((k + g.ru) * g.out);
    dequantizeReference({ ...args, scratch: turned, TRANSPOSED: 1 });
    expect([...straight.subarray(0, g.out * k)]).toEqual(
      whole.map((_, i) => turned[(i % k) * g.out + Math.floor(i / k)]),
    );
  }
});
