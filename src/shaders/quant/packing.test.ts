// Groups as they are filled: members of any formats are found again where the reference looks for them, and a table of floats is not
// copied, for it may be most of a model.
import { expect, it } from 'vitest';
import { randomBlocks } from '../testing/blocks.ts';
import { randomArray } from '../testing/finite.ts';
import { decodeMember } from './decode.ref.ts';
import { decodeFile } from './ggml.ts';
import { mixedFormat } from './mixed.ts';
import { fillGroup, packedBytes } from './packing.ts';
import type { MemberFormat } from './weightFormat.ts';

const mixes: readonly (readonly MemberFormat[])[] = [
  ['q4_k', 'q6_k', 'none'],
  ['q6_k', 'q6_k', 'q3_k'],
  ['bf16', 'q5_0', 'int4', 'q8_0'],
  ['int4_f32', 'int4', 'none'],
];

it.each(mixes)('a group of %s, %s and %s', (...formats) => {
  const members = formats.map((format, i) => {
    const count = 256 * (i + 1);
    if (format === 'none') {
      const values = Float32Array.from(randomArray(count, i));
      return { count, values, bytes: new Uint8Array(values.slice().buffer) };
    }
    const bytes = randomBlocks(format, count, i, 0x2c);
    return { count, bytes, values: decodeFile(format, bytes, count) };
  });
  const counts = members.map(({ count }) => count);
  const format = mixedFormat(formats);
  const group = fillGroup(format, counts);
  for (const [i, { bytes }] of [...members.entries()].reverse()) group.put(i, bytes);
  const { words, scales } = group.filled();
  expect(words.byteLength + scales.byteLength).toBe(packedBytes(format, counts));
  for (const [segment, { count, values }] of members.entries()) {
    const out = new Float32Array(count - 7);
    const part = { first: 7, count: count - 7, out, outAt: 0 };
    decodeMember({ words, scales, format, segment, firstBlock: 0, ...part });
    expect(out).toEqual(values.slice(7));
  }
});

it('a table of floats is the buffer as it was read', () => {
  const bytes = new Uint8Array(Float32Array.from(randomArray(128, 1)).buffer);
  for (const [format, count] of [
    ['none', 128],
    ['bf16', 256],
  ] as const) {
    const group = fillGroup(format, [count]);
    group.put(0, bytes);
    expect(group.filled().words.buffer).toBe(bytes.buffer);
  }
});
