// A linear group is up to four frozen projections that share their input, side by side along OUT; a segment is one of them
// with its adapter. Field order and sizes as the WGSL struct Segment.
import type { StructArray } from '../declaration.ts';
import source from './segment.wgsl?raw';
import search from './segment_of.wgsl?raw';

/** WGSL `struct Segment`, before every kernel with `segments` among its parameters. */
export const segmentSnippet: string = source;

/** WGSL `segment_of(o)`, for kernels with `segments` and `count` among their parameters. */
export const segmentOfSnippet: string = search;

const MAX_SEGMENTS = 4;

/** The StructArray of every kernel that works on a group. */
export const segmentArray = {
  fields: {
    start: 'u32',
    end: 'u32',
    rank: 'u32',
    u_column: 'u32',
    a_offset: 'u32',
    b_offset: 'u32',
    first_block: 'u32',
    scale: 'f32',
  },
  count: MAX_SEGMENTS,
} as const satisfies StructArray;

export interface SegmentNumbers {
  /** Columns of OUT. */
  readonly start: number;
  readonly end: number;
  /** 0: no adapter on this member. */
  readonly rank: number;
  /** First column of its u in [N, RU]. */
  readonly u_column: number;
  /** Of A [rank, K] and B [out, rank] in the flat adapter buffer, in floats. */
  readonly a_offset: number;
  readonly b_offset: number;
  /** First block of 64 elements of its weights in the group. */
  readonly first_block: number;
  /** s = lora_alpha / r. */
  readonly scale: number;
}

/** Of the members' adapters. */
export const highestRank = (segments: readonly SegmentNumbers[]): number =>
  Math.max(0, ...segments.map(({ rank }) => rank));

/** Columns of OUT of the widest member with an adapter. */
export const widestMember = (segments: readonly SegmentNumbers[]): number =>
  Math.max(0, ...segments.map(({ rank, start, end }) => (rank > 0 ? end - start : 0)));
