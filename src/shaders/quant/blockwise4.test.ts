// Golden values of bitsandbytes 0.50 (numerics reference, section 8; tests/golden/quant.json) against our quantiser.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantise4, quantise4 } from './blockwise4.ts';
import { dynamicMap } from './codebooks.ts';

const sha16 = (array: ArrayBufferView): string =>
  createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex')
    .slice(0, 16);

/** w[i] = (((7919 i) mod 2049) − 1024)/1024 · (1 + ((i>>6)&3)/4), exact in f32. */
const golden = Float32Array.from(
  { length: 32768 },
  (_, i) => ((((7919 * i) % 2049) - 1024) / 1024) * (1 + 0.25 * ((i >> 6) & 3)),
);

describe('blockwise4', () => {
  it('uses the reference tensor', () => expect(sha16(golden)).toBe('7fa078a73298c2a9'));
  it('has the dynamic map of bitsandbytes', () => expect(sha16(dynamicMap())).toBe('e732639a65f497b4'));
  it.each([
    ['nf4', '2947e89ccd6f720c', '9a46266a4d83ad9d'],
    ['fp4', 'f7d1384fb0b832ff', 'f34459bd36ce0bec'],
  ] as const)('packs and decodes %s bit for bit', (type, packed, decoded) => {
    const q = quantise4(golden, type, false);
    expect(sha16(q.packed)).toBe(packed);
    expect(sha16(q.absmax)).toBe('afed852132e189f7');
    expect(sha16(dequantise4(q, type, golden.length))).toBe(decoded);
  });
  it.each([
    ['nf4', '324a898825820023'],
    ['fp4', 'eba546a42257f3db'],
  ] as const)('double-quantises the scales of %s bit for bit', (type, decoded) => {
    const q = quantise4(golden, type, true);
    expect(q.double && sha16(q.double.codes)).toBe('e5351776758a8af3');
    expect(q.double?.offset).toBe(1.3589248657226562);
    expect([...(q.double?.nested ?? [])]).toEqual([0.38936614990234375, 0.38936614990234375]);
    expect(sha16(dequantise4(q, type, golden.length))).toBe(decoded);
  });
});

interface GoldenCase {
  readonly name: string;
  readonly type: 'nf4' | 'fp4';
  readonly double: boolean;
  readonly input: string;
  readonly count: number;
  readonly packed: string;
  readonly dequantised: string;
}

const file = 'tests/golden/quant.json';
const floats = (base64: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
};

describe.skipIf(!existsSync(file))('blockwise4 against bitsandbytes on odd tensors', () => {
  const cases: GoldenCase[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).cases : [];
  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const q = quantise4(floats(c.input), c.type, c.double);
    expect(Buffer.from(q.packed).toString('base64')).toBe(c.packed);
    expect(dequantise4(q, c.type, c.count)).toEqual(floats(c.dequantised));
  });
});
