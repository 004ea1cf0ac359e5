// Packs the members of a linear group (q|k|v, gate|up, or one) into the two buffers the kernels read: words of weights,
// words of scales. Each member keeps its own blocks, as if it stood alone; it starts at a multiple of 64 elements.
import { invariant } from '../invariant.ts';
import type { Quantised4 } from './blockwise4.ts';
import { BLOCK, NESTED_BLOCK } from './blockwise4.ts';
import { dynamicMap } from './codebooks.ts';
import { bytesOf64, isBlockFormat, isMemberFormat, splitBlocks } from './ggml.ts';
import { MIXED_HEADER, membersOf } from './mixed.ts';
import type { MemberFormat, MixedFormat, WeightFormat } from './weightFormat.ts';

/** Words a member has in the header of double-quantised scales: place of its nested scales, offset, first block. */
export const DOUBLE_HEADER = 4;
const MAX_MEMBERS = 4;
/** Words where the dynamic map starts, and the 8-bit codes of all blocks, four a word. */
export const DOUBLE_MAP = DOUBLE_HEADER * MAX_MEMBERS;
export const DOUBLE_CODES = DOUBLE_MAP + 256;

export interface PackedGroup {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
  /** First block of each member. */
  readonly firstBlocks: readonly number[];
}

const blocksOf = (elements: number): number => Math.ceil(elements / BLOCK);

/** First block of each member, for members of these element counts. */
export function firstBlocks(counts: readonly number[]): number[] {
  let next = 0;
  return counts.map((count) => {
    const first = next;
    next += blocksOf(count);
    return first;
  });
}

/** Words of weights and of scales that one block of 64 elements takes, or its part of a larger block. */
export function wordsOf64(format: MemberFormat): { readonly words: number; readonly scales: number } {
  if (format === 'none') return { words: BLOCK, scales: 0 };
  const size = bytesOf64(format);
  return { words: size.quants / 4, scales: size.scales / 4 };
}

/** The same of any format; null where scales hang together. */
export function wordsPerBlock(format: WeightFormat): ReturnType<typeof wordsOf64> | null {
  if (isMemberFormat(format)) return wordsOf64(format);
  return format === 'nf4' || format === 'fp4' ? { words: BLOCK / 8, scales: 1 } : null;
}

/** Where the words and the scales of each member of a mixed group begin; behind the last, where they end. */
function mixedPlaces(formats: readonly MemberFormat[], counts: readonly number[]) {
  let [words, scales] = [0, MIXED_HEADER];
  const starts = counts.map((count, i) => {
    const start = { words, scales };
    const per = wordsOf64(formats[i] ?? 'none');
    words += Math.ceil(blocksOf(count) * per.words);
    scales += Math.ceil(blocksOf(count) * per.scales);
    return start;
  });
  return { starts, words, scales };
}

/** Bytes of the two buffers of a group with members of these element counts, as the packing functions make them. */
export function packedBytes(format: WeightFormat, counts: readonly number[]): number {
  const members = membersOf(format, isMemberFormat);
  if (members) {
    const { words, scales } = mixedPlaces(members, counts);
    return 4 * (words + scales);
  }
  const blocks = counts.reduce((sum, count) => sum + blocksOf(count), 0);
  if (format === 'none') return blocks * BLOCK * 4;
  if (isBlockFormat(format)) {
    const size = bytesOf64(format);
    return blocks * size.quants + scaleBytes(blocks * size.scales);
  }
  const words = (blocks * BLOCK) / 2;
  if (!format.endsWith('double')) return words + Math.max(4, blocks) * 4;
  const nested = counts.reduce((sum, count) => sum + Math.ceil(blocksOf(count) / NESTED_BLOCK), 0);
  return words + (DOUBLE_CODES + Math.ceil(blocks / 4) + nested) * 4;
}

/** Room of scales: whole words, and four of them at least. */
const scaleBytes = (bytes: number): number => Math.max(16, Math.ceil(bytes / 4) * 4);

/** The buffers of a group, filled as its members come: no more than one of them is held beside the buffers. */
export interface GroupFilling {
  /** Bytes as a file holds them, in the member's own format. Each member once; the bytes are the group's from then on. */
  put(member: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** Once every member was put. */
  filled(): PackedGroup;
}

/** Where the words and the scales of each member begin, and how many there are. */
function placesOf(format: MemberFormat | MixedFormat, counts: readonly number[]) {
  const mixed = membersOf(format, isMemberFormat);
  if (mixed) return { formats: mixed, header: true, ...mixedPlaces(mixed, counts) };
  const alike = isMemberFormat(format) ? format : 'none';
  const per = wordsOf64(alike);
  const blocks = counts.reduce((sum, count) => sum + blocksOf(count), 0);
  return {
    formats: counts.map(() => alike),
    header: false,
    starts: firstBlocks(counts).map((first) => ({ words: first * per.words, scales: first * per.scales })),
    words: blocks * per.words,
    scales: scaleBytes(4 * blocks * per.scales) / 4,
  };
}

/** A group of members of these element counts, whole blocks each. */
export function fillGroup(format: MemberFormat | MixedFormat, counts: readonly number[]): GroupFilling {
  const { formats, header, starts, ...sizes } = placesOf(format, counts);
  const scales = new Uint32Array(sizes.scales);
  let words: Uint32Array<ArrayBuffer> | null = null;
  return {
    put: (member, bytes) => {
      const [own, start] = [formats[member], starts[member]];
      invariant(own && start, 'a group has no such member');
      // Floats of a whole table are the buffer as they stand.
      const alone = counts.length === 1 && wordsOf64(own).scales === 0 && bytes.length === 4 * sizes.words;
      if (alone && bytes.byteOffset % 4 === 0) {
        words = new Uint32Array(bytes.buffer, bytes.byteOffset, sizes.words);
        return;
      }
      words ??= new Uint32Array(sizes.words);
      if (header) scales.set([start.words, start.scales], 2 * member);
      const quants = new Uint8Array(words.buffer);
      const at = { quantsAt: 4 * start.words, scalesAt: 4 * start.scales };
      if (own === 'none') quants.set(bytes, at.quantsAt);
      else splitBlocks(own, bytes, { quants, scales: new Uint8Array(scales.buffer), ...at });
    },
    filled: () => {
      invariant(words, 'a group without members');
      return { words, scales, firstBlocks: firstBlocks(counts) };
    },
  };
}

/** One member of a group as its file holds it. */
export interface FileBlocks {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Elements, a multiple of the format's block. */
  readonly count: number;
}

/** Members in the blocks of their file, all of one format or each in its own. */
export function packBlocks(format: MemberFormat | MixedFormat, members: readonly FileBlocks[]): PackedGroup {
  const group = fillGroup(
    format,
    members.map(({ count }) => count),
  );
  for (const [i, { bytes }] of members.entries()) group.put(i, bytes);
  return group.filled();
}

/** 4-bit members, all with double quantisation or all without. */
export function packQuantised(members: readonly Quantised4[]): PackedGroup {
  const firsts: number[] = [];
  let blocks = 0;
  for (const member of members) {
    firsts.push(blocks);
    blocks += member.absmax.length;
  }
  const bytes = new Uint8Array((blocks * BLOCK) / 2);
  for (const [i, member] of members.entries()) bytes.set(member.packed, ((firsts[i] ?? 0) * BLOCK) / 2);
  return { words: new Uint32Array(bytes.buffer), scales: packScales(members), firstBlocks: firsts };
}

/** The scales of 4-bit members, all with double quantisation or all without. */
export function packScales(
  members: readonly Pick<Quantised4, 'absmax' | 'double'>[],
): Uint32Array<ArrayBuffer> {
  const firsts: number[] = [];
  let blocks = 0;
  for (const member of members) {
    firsts.push(blocks);
    blocks += member.absmax.length;
  }
  if (!members.every((member) => member.double === null)) return packDouble(members, firsts, blocks);
  const scales = new Float32Array(Math.max(4, blocks));
  for (const [i, member] of members.entries()) scales.set(member.absmax, firsts[i] ?? 0);
  return new Uint32Array(scales.buffer);
}

function packDouble(
  members: readonly Pick<Quantised4, 'absmax' | 'double'>[],
  firsts: readonly number[],
  blocks: number,
): Uint32Array<ArrayBuffer> {
  const codeWords = Math.ceil(blocks / 4);
  const nestedCounts = members.map((member) => Math.ceil(member.absmax.length / NESTED_BLOCK));
  const nestedStart = DOUBLE_CODES + codeWords;
  const scales = new Uint32Array(nestedStart + nestedCounts.reduce((sum, count) => sum + count, 0));
  const floats = new Float32Array(scales.buffer);
  const bytes = new Uint8Array(scales.buffer);
  // Members of one file have one map.
  floats.set(members[0]?.double?.map ?? dynamicMap(), DOUBLE_MAP);
  let nestedAt = nestedStart;
  members.forEach((member, i) => {
    const { double } = member;
    invariant(double, 'a group mixes single and double quantisation');
    const header = i * DOUBLE_HEADER;
    scales[header] = nestedAt;
    floats[header + 1] = double.offset;
    scales[header + 2] = firsts[i] ?? 0;
    bytes.set(double.codes, DOUBLE_CODES * 4 + (firsts[i] ?? 0));
    floats.set(double.nested, nestedAt);
    nestedAt += nestedCounts[i] ?? 0;
  });
  return scales;
}
