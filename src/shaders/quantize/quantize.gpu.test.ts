// `quantize` on the GPU against its reference, bit for bit: formats of a file, and floats where rounding, ties and tiny numbers decide.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { ranking } from '../quant/blockwise4.ts';
import { decoder } from '../quant/decoders.ts';
import { packBlocks } from '../quant/packing.ts';
import type { MemberFormat } from '../quant/weightFormat.ts';
import { randomBlocks } from '../testing/blocks.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { quantize } from './quantize.ts';

const gpu = await gpuOrNull();
const BLOCKS = 700;

/** Blocks of odd sizes: largest values of every exponent and mantissa, all zeros, and weights at the midpoints or one bit beside them. */
function hardFloats(type: 'nf4' | 'fp4'): Float32Array<ArrayBuffer> {
  const { bounds } = ranking(type);
  const values = Float32Array.from(randomArray(BLOCKS * 64, 5));
  const bits = new Uint32Array(values.buffer);
  for (let block = 0; block < BLOCKS; block++) {
    const at = block * 64;
    // The smallest are less than any normal float.
    const largest = 2 ** ((block % 170) - 149) * (1 + (values[at] ?? 0) ** 2 / 65);
    for (let i = 0; i < 64; i++) values[at + i] = (largest * (values[at + i] ?? 0)) / 8;
    values[at + 9] = -largest;
    for (const [i, bound] of bounds.entries()) {
      values[at + 16 + 2 * i] = bound * largest;
      values[at + 17 + 2 * i] = bound * largest;
      bits[at + 17 + 2 * i] = (bits[at + 17 + 2 * i] ?? 0) + (block % 3) - 1;
    }
    values[at + 50] = -0;
    values[at + 51] = 2 ** -149;
    values[at + 52] = -(2 ** -126);
    if (block % 90 === 7) values.fill(block % 2 === 0 ? 0 : -0, at, at + 64);
  }
  // One bit beside a number of size zero is no number.
  for (let i = 0; i < bits.length; i++) if (!Number.isFinite(values[i])) values[i] = 0;
  return values;
}

const bytesOf = (format: MemberFormat, count: number, type: 'nf4' | 'fp4'): Uint8Array<ArrayBuffer> =>
  format === 'none' ? new Uint8Array(hardFloats(type).buffer) : randomBlocks(format, count, 3, 0x30);

/** Every way of decoding: floats, halves, blocks with a minimum, with scales of their own in floats or in halves. */
const cases: readonly (readonly [MemberFormat, 'nf4' | 'fp4'])[] = [
  ['none', 'nf4'],
  ['none', 'fp4'],
  ['f16', 'fp4'],
  ['bf16', 'nf4'],
  ['q4_1', 'fp4'],
  ['q5_k', 'nf4'],
  ['q6_k', 'nf4'],
];

describe.skipIf(!gpu)('quantize on the GPU', () => {
  it.each(cases)('%s to %s', async (format, type) => {
    if (!gpu) return;
    const count = format === 'none' ? BLOCKS * 64 : 256 * 33;
    const blocks = count / 64;
    const source = packBlocks(format, [{ bytes: bytesOf(format, count, type), count }]);
    const [first_block, room] = [5, blocks + 6];
    const arrays = {
      w: source.words,
      w_scales: source.scales,
      words: new Uint32Array(8 * room).fill(77),
      largest: new Uint32Array(room).fill(77),
    };
    const made: KernelCall<string> = call(quantize, {
      buffers: { w: 'w', w_scales: 'w_scales', words: 'words', largest: 'largest' },
      params: { blocks, first_block },
      constants: { FP4: type === 'fp4' ? 1 : 0 },
      slots: { decode: decoder(format) },
    });
    const got = await runCalls(gpu, arrays, [made], ['words', 'largest']);
    const want = runReferences(arrays, [made]);
    for (const name of ['words', 'largest'] as const)
      expect(new Uint32Array((got[name] ?? new Float32Array()).buffer), name).toEqual(want[name]);
  });
});
