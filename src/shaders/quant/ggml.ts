// The block formats of ggml as files hold them, and as kernels read them: the same bits, quants and scales in two arrays so
// that neighbours read neighbouring words. What they mean says blocks.ref.ts. Source: ggml/src/ggml-common.h; numerics reference 1.4.
import type { FloatArray } from '../declaration.ts';
import { decodeBlock } from './blocks.ref.ts';
import { decodeHalves } from './halves.ts';
import type { BlockFormat, MemberFormat } from './weightFormat.ts';

/** Bytes of a block, from one to before another. */
type Span = readonly [from: number, to: number];

export interface BlockLayout {
  /** Elements of a block of the file, and its bytes. */
  readonly elements: number;
  readonly bytes: number;
  /** What of it goes to each array, in this order. */
  readonly quants: readonly Span[];
  readonly scales: readonly Span[];
  /** Bytes of a block in the scales' array; may be more than go there, so that blocks begin at words. */
  readonly scaleBytes: number;
}

export const blockLayouts: Readonly<Record<BlockFormat, BlockLayout>> = {
  q4_0: { elements: 32, bytes: 18, quants: [[2, 18]], scales: [[0, 2]], scaleBytes: 2 },
  q4_1: { elements: 32, bytes: 20, quants: [[4, 20]], scales: [[0, 4]], scaleBytes: 4 },
  q5_0: { elements: 32, bytes: 22, quants: [[2, 22]], scales: [[0, 2]], scaleBytes: 2 },
  q5_1: { elements: 32, bytes: 24, quants: [[4, 24]], scales: [[0, 4]], scaleBytes: 4 },
  q8_0: { elements: 32, bytes: 34, quants: [[2, 34]], scales: [[0, 2]], scaleBytes: 2 },
  iq4_nl: { elements: 32, bytes: 18, quants: [[2, 18]], scales: [[0, 2]], scaleBytes: 2 },
  int4: { elements: 32, bytes: 20, quants: [[4, 20]], scales: [[0, 4]], scaleBytes: 4 },
  int4_f32: { elements: 32, bytes: 24, quants: [[8, 24]], scales: [[0, 8]], scaleBytes: 8 },
  q3_k: { elements: 256, bytes: 110, quants: [[0, 96]], scales: [[96, 110]], scaleBytes: 16 },
  q4_k: { elements: 256, bytes: 144, quants: [[16, 144]], scales: [[0, 16]], scaleBytes: 16 },
  q5_k: { elements: 256, bytes: 176, quants: [[16, 176]], scales: [[0, 16]], scaleBytes: 16 },
  q6_k: { elements: 256, bytes: 210, quants: [[0, 192]], scales: [[192, 210]], scaleBytes: 20 },
  f16: { elements: 1, bytes: 2, quants: [[0, 2]], scales: [], scaleBytes: 0 },
  bf16: { elements: 1, bytes: 2, quants: [[0, 2]], scales: [], scaleBytes: 0 },
};

export const isBlockFormat = (format: string): format is BlockFormat => Object.hasOwn(blockLayouts, format);

/** What may stand beside members in other formats. */
export const isMemberFormat = (format: string): format is MemberFormat =>
  format === 'none' || isBlockFormat(format);

const lengthOf = (spans: readonly Span[]): number => spans.reduce((sum, [from, to]) => sum + to - from, 0);

/** Where the quants and the scales of a member begin in the kernels' arrays, in bytes. */
export interface BlockArrays {
  readonly quants: Uint8Array;
  readonly scales: Uint8Array;
  readonly quantsAt: number;
  readonly scalesAt: number;
}

/** Bytes of quants and scales of 64 elements: of a larger block, its part of them. */
export function bytesOf64(format: BlockFormat): { readonly quants: number; readonly scales: number } {
  const { elements, quants, scaleBytes } = blockLayouts[format];
  return { quants: (64 / elements) * lengthOf(quants), scales: (64 / elements) * scaleBytes };
}

/** Copies a file's blocks into the two arrays. */
export function splitBlocks(format: BlockFormat, file: Uint8Array, to: BlockArrays): void {
  const { bytes, quants, scales, scaleBytes } = blockLayouts[format];
  if (scaleBytes === 0) {
    to.quants.set(file, to.quantsAt);
    return;
  }
  const quantBytes = lengthOf(quants);
  let [quantsAt, scalesAt] = [to.quantsAt, to.scalesAt];
  for (let at = 0; at < file.length; at += bytes) {
    copy(file, at, quants, to.quants, quantsAt);
    copy(file, at, scales, to.scales, scalesAt);
    quantsAt += quantBytes;
    scalesAt += scaleBytes;
  }
}

function copy(file: Uint8Array, at: number, spans: readonly Span[], to: Uint8Array, toAt: number): void {
  let next = toAt;
  for (const [from, end] of spans)
    for (let i = from; i < end; i++) {
      to[next] = file[at + i] ?? 0;
      next += 1;
    }
}

const block = new Float32Array(256);

/** Decodes `count` elements from element `first` of a member on, in float32 as gguf-py rounds them. */
export function decodeBlocks(
  format: BlockFormat,
  from: BlockArrays,
  first: number,
  count: number,
  out: FloatArray,
  outAt: number,
): void {
  const { quants, scales, quantsAt, scalesAt } = from;
  if (format === 'f16' || format === 'bf16') {
    decodeHalves(format, quants, quantsAt + 2 * first, count, out, outAt);
    return;
  }
  const layout = blockLayouts[format];
  const { elements, scaleBytes } = layout;
  const quantBytes = lengthOf(layout.quants);
  let done = 0;
  while (done < count) {
    const at = Math.floor((first + done) / elements);
    decodeBlock(format, quants, quantsAt + at * quantBytes, scales, scalesAt + at * scaleBytes, block);
    const start = first + done - at * elements;
    const end = Math.min(elements, start + count - done);
    for (let i = start; i < end; i++) out[outAt + done + i - start] = block[i] ?? 0;
    done += end - start;
  }
}

/** Decodes a whole tensor of a file to float32. */
export function decodeFile(format: BlockFormat, file: Uint8Array, count: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count);
  if (format === 'f16' || format === 'bf16') {
    decodeHalves(format, file, 0, count, out, 0);
    return out;
  }
  const { elements, bytes, quants, scales, scaleBytes } = blockLayouts[format];
  const quantBytes = lengthOf(quants);
  // A block at a time: no copy of the tensor beside the file's and its values.
  const one = { quants: new Uint8Array(quantBytes), scales: new Uint8Array(scaleBytes) };
  for (let at = 0, i = 0; i < count; at += bytes, i += elements) {
    copy(file, at, quants, one.quants, 0);
    copy(file, at, scales, one.scales, 0);
    decodeBlock(format, one.quants, 0, one.scales, 0, block);
    for (let e = 0; e < elements && i + e < count; e++) out[i + e] = block[e] ?? 0;
  }
  return out;
}
