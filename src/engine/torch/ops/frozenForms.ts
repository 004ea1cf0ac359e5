// In which form a frozen group stands in a graph, and the bytes of it, made of the buffers that the kernels read: bitsandbytes' four bits as
// MatMulBnb4 takes them, whole numbers in blocks of 32 for DequantizeLinear, or floats. All of them decode to the same floats.
import { FP4_CODE, NF4_CODE } from '../../../shaders/quant/codebooks.ts';
import { decodeMember, scaleAt } from '../../../shaders/quant/decode.ref.ts';
import { bytesOf64 } from '../../../shaders/quant/ggml.ts';
import { halfToFloat } from '../../../shaders/quant/halves.ts';
import type { WeightFormat } from '../../../shaders/quant/weightFormat.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Contents, Lowering, LoweringOptions } from '../autograd/lowering.ts';
import type { FrozenGroup } from './frozenProduct.ts';

export type FrozenForm = 'bitsandbytes' | 'q4_0' | 'q8_0' | 'floats';

const FOUR_BIT: ReadonlySet<WeightFormat> = new Set(['nf4', 'fp4', 'nf4-double', 'fp4-double']);

/** Whether the members stand one behind another with no block half filled, so that the group is one matrix. */
const isOneMatrix = ({ k, segments }: FrozenGroup): boolean =>
  segments.every(
    ({ start, end, first_block: first }) => start * k === first * 64 && ((end - start) * k) % 64 === 0,
  );

export function formOf(group: FrozenGroup, { packed }: LoweringOptions): FrozenForm {
  const { format, k } = group;
  if (!packed || !isOneMatrix(group)) return 'floats';
  if (FOUR_BIT.has(format)) return 'bitsandbytes';
  return (format === 'q4_0' || format === 'q8_0') && k % 32 === 0 ? format : 'floats';
}

const wordsOf = (contents: Contents, buffer: string): Uint32Array<ArrayBuffer> => {
  const { buffer: bytes, byteOffset, length } = contents(buffer);
  return new Uint32Array(bytes, byteOffset, length);
};
const bytesOf = (array: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const scalesOf = ({ weights, format }: FrozenGroup): string[] =>
  format === 'none' ? [] : [`${weights}.scales`];

/** The group in floats, [OUT, K]. */
export function decoded(to: Lowering, group: FrozenGroup): Tensor {
  const { weights, format, k, out, segments } = group;
  const buffers = [weights, ...scalesOf(group)];
  return to.constant(`${weights} floats`, 'float', [out, k], buffers, 4 * k * out, (contents) => {
    const words = wordsOf(contents, weights);
    const scales = format === 'none' ? words : wordsOf(contents, `${weights}.scales`);
    const floats = new Float32Array(k * out);
    for (const [segment, { start, end, first_block: firstBlock }] of segments.entries())
      decodeMember({
        ...{ words, scales, format, segment, firstBlock },
        ...{ count: (end - start) * k, out: floats, outAt: start * k },
      });
    return bytesOf(floats);
  });
}

/** Codes [OUT·K/2], scales [OUT·K/64], the two values of every byte [256, 2], and the type, as MatMulBnb4 numbers it. */
export function bitsAndBytes(to: Lowering, group: FrozenGroup) {
  const { weights, format, k, out, segments } = group;
  const count = k * out;
  const quants = to.constant(weights, 'uint8', [count / 2], [weights], count / 2, (contents) =>
    bytesOf(wordsOf(contents, weights)).slice(0, count / 2),
  );
  const buffer = `${weights}.scales`;
  const scales = to.constant(buffer, 'float', [count / 64], [buffer], count / 16, (contents) => {
    const words = wordsOf(contents, buffer);
    const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    const made = new Float32Array(count / 64);
    for (const [segment, { start, end }] of segments.entries())
      for (let block = (start * k) / 64; block < (end * k) / 64; block++)
        made[block] = scaleAt(words, floats, format, segment, block);
    return bytesOf(made);
  });
  const code = format.startsWith('nf4') ? NF4_CODE : FP4_CODE;
  const both = Float32Array.from({ length: 512 }, (_, i) => code[i % 2 === 0 ? i >> 5 : (i >> 1) & 15] ?? 0);
  const content = bytesOf(both);
  const name = `codes of ${format.slice(0, 3)}`;
  // For whoever looks codes up: nothing of it stands in a graph that goes forward alone.
  const table = (): Tensor => to.graph.constant({ name, type: 'float', dims: [256, 2], content });
  return { quants, scales, table, type: code === NF4_CODE ? 1 : 0 };
}

/** Codes [OUT, K], scales [OUT, K/32] and zeros, as DequantizeLinear takes them. */
export function integers(to: Lowering, group: FrozenGroup, form: 'q4_0' | 'q8_0'): readonly Tensor[] {
  const { weights, k, out } = group;
  const blocks = (k * out) / 32;
  const buffer = `${weights}.scales`;
  const four = form === 'q4_0';
  const length = four ? blocks * 16 : blocks * 32;
  const codes = to.constant(weights, four ? 'uint4' : 'int8', [out, k], [weights], length, (contents) => {
    const bytes = bytesOf(wordsOf(contents, weights)).slice(0, length);
    if (four) for (let at = 0; at < length; at += 16) inOrder(bytes.subarray(at, at + 16));
    return bytes;
  });
  const scales = to.constant(buffer, 'float', [out, k / 32], [buffer], 4 * blocks, (contents) => {
    invariant(bytesOf64(form).scales === 4, 'lowering: a scale of 32 weights is a half');
    const bytes = bytesOf(wordsOf(contents, buffer));
    const made = Float32Array.from({ length: blocks }, (_, i) =>
      halfToFloat((bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8)),
    );
    return bytesOf(made);
  });
  if (!four) return [codes, scales];
  const zeros = to.constant(`${weights} zeros`, 'uint4', [out, k / 32], [], blocks / 2, () =>
    new Uint8Array(Math.ceil(blocks / 2)).fill(0x88),
  );
  return [codes, scales, zeros];
}

/** Sixteen bytes of a block whose nibbles are elements j and j + 16, so that they are elements 2i and 2i + 1. */
export function inOrder(block: Uint8Array): void {
  const from = block.slice();
  const nibble = (e: number): number => ((from[e & 15] ?? 0) >> (e & 16 ? 4 : 0)) & 15;
  for (let i = 0; i < 16; i++) block[i] = nibble(2 * i) | (nibble(2 * i + 1) << 4);
}
