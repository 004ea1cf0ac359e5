// Golden values of bitsandbytes 0.50 (numerics reference, section 8; tests/golden/quant.json) against our quantiser.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mismatches } from '../testing/tolerance.ts';
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

interface GoldenRow {
  readonly tensor: string;
  readonly quantType: 'nf4' | 'fp4';
  readonly doubleQuant: boolean;
  readonly packed: string;
  readonly absmax: string;
  /** base64 of one f32. */
  readonly nestedOffset?: string;
  readonly dequant?: string;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(base64, 'base64'));
const floats = (base64: string): Float32Array => new Float32Array(bytesOf(base64).buffer);
const file: {
  readonly tensors: Readonly<Record<string, { readonly f32?: string }>>;
  readonly rows: readonly GoldenRow[];
} = JSON.parse(readFileSync('tests/golden/quant.json', 'utf8'));

describe('blockwise4 against bitsandbytes on odd tensors', () => {
  const cases = file.rows.map(
    (row) => [`${row.tensor} ${row.quantType}${row.doubleQuant ? ' double' : ''}`, row] as const,
  );
  it.each(cases)('%s', (_, row) => {
    const { f32 } = file.tensors[row.tensor] ?? {};
    const values = f32 === undefined ? golden : floats(f32);
    const q = quantise4(values, row.quantType, row.doubleQuant);
    expect(Buffer.from(q.packed).toString('base64')).toBe(row.packed);
    if (q.double) {
      expect(Buffer.from(q.double.codes).toString('base64')).toBe(row.absmax);
      expect(q.double.offset).toBe(floats(row.nestedOffset ?? '')[0]);
    } else expect(q.absmax).toEqual(floats(row.absmax));
    // Zeros of either sign are equal here: which one a tie decodes to is the codebook's business.
    if (row.dequant !== undefined)
      expect(mismatches(dequantise4(q, row.quantType, values.length), floats(row.dequant), 0)).toEqual([]);
  });
});
