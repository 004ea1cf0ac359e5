// Block formats against gguf-py bit for bit (tests/golden/gguf.json), and the conversions of half precision over all its values.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BlockArrays } from './ggml.ts';
import { blockLayouts, bytesOf64, decodeBlocks, decodeFile, isBlockFormat, splitBlocks } from './ggml.ts';
import { bfloatToFloat, floatToHalf, halfToFloat } from './halves.ts';

const golden: {
  readonly types: readonly { readonly type: string; readonly bytes: string; readonly values: string }[];
} = JSON.parse(readFileSync('tests/golden/gguf.json', 'utf8'));
const raw = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'));
const bits = (floats: Float32Array): Uint32Array =>
  new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

const cases = golden.types.flatMap(({ type, bytes, values }) => {
  const format = type.toLowerCase();
  return isBlockFormat(format) ? [[format, raw(bytes), new Float32Array(raw(values).buffer)] as const] : [];
});

describe('decoding as gguf-py does', () => {
  it.each(cases)('%s, a whole tensor', (format, bytes, values) => {
    expect(values.length).toBeGreaterThanOrEqual(768);
    expect(bits(decodeFile(format, bytes, values.length))).toEqual(bits(values));
  });

  it.each(cases)('%s, a part of a member behind another', (format, bytes, values) => {
    const size = bytesOf64(format);
    const blocks = values.length / 64 + 1;
    const arrays: BlockArrays = {
      quants: new Uint8Array((blocks + 4) * size.quants),
      scales: new Uint8Array((blocks + 4) * size.scales),
      quantsAt: 4 * size.quants,
      scalesAt: 4 * size.scales,
    };
    splitBlocks(format, bytes, arrays);
    const out = new Float32Array(105);
    decodeBlocks(format, arrays, 37, 100, out, 5);
    expect(bits(out.subarray(5).slice())).toEqual(bits(values.slice(37, 137)));
  });
});

it('every format of ggml has its blocks in the golden file', () => {
  // Ours, held by tests/golden/checkpoints.json and onnx.json.
  const { int4: _, int4_f32: __, ...ofGgml } = blockLayouts;
  expect(cases.map(([format]) => format).sort()).toEqual(Object.keys(ofGgml).sort());
});

describe('half precision', () => {
  it('is read as IEEE 754 has it, all 65536 patterns', () => {
    for (let pattern = 0; pattern < 65536; pattern++) {
      const [sign, exponent, fraction] = [pattern >> 15, (pattern >> 10) & 31, pattern & 1023];
      const size =
        exponent === 0
          ? fraction / 2 ** 24
          : exponent < 31
            ? (1024 + fraction) * 2 ** (exponent - 25)
            : fraction
              ? Number.NaN
              : Number.POSITIVE_INFINITY;
      if (!Object.is(halfToFloat(pattern), sign ? -size : size))
        expect([pattern, halfToFloat(pattern)]).toEqual([pattern, size]);
    }
  });

  it('is written to the nearest, ties to even; every half comes back', () => {
    for (let pattern = 0; pattern < 65536; pattern++)
      if ((pattern & 0x7c00) !== 0x7c00 && floatToHalf(halfToFloat(pattern)) !== pattern)
        expect(floatToHalf(halfToFloat(pattern))).toBe(pattern);
    for (let pattern = 0; pattern < 0x7bff; pattern++) {
      const [low, high] = [halfToFloat(pattern), halfToFloat(pattern + 1)];
      const even = pattern % 2 === 0 ? pattern : pattern + 1;
      if (floatToHalf((low + high) / 2) !== even)
        expect([pattern, floatToHalf((low + high) / 2)]).toEqual([pattern, even]);
    }
    expect([65504, 65519.99, 65520, -1e9, 2 ** -25, 2 ** -24 * 0.51].map(floatToHalf)).toEqual([
      0x7bff, 0x7bff, 0x7c00, 0xfc00, 0, 1,
    ]);
  });

  it('bfloat16 is the upper half of float32', () => {
    expect([0x3f80, 0xbf80, 0x0001, 0x7f7f].map(bfloatToFloat)).toEqual([1, -1, 2 ** -133, 2 ** 120 * 255]);
  });
});
