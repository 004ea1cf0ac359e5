// The frozen output head W [V, C], packed; a tied one is the embedding's own buffer. Logits and their way back are made
// from tiles of the vocabulary, so that the head is never whole in floats.
import type { FloatArray, KernelCall } from '../../shaders/kernel.ts';
import { matmulReference } from '../../shaders/matmul/matmul.ref.ts';
import { matmulCall } from '../../shaders/matmul/matmul.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { KernelProfile, Ref, ReferenceContext } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import {
  backwardCalls,
  DUMMY,
  decodeCall,
  decodeOnCpu,
  forwardCalls,
  productScratch,
  storedOf,
} from './frozenProduct.ts';

/** Floats of a decoded tile: 8 MiB. */
const TILE_FLOATS = 2 ** 21;

export interface Head {
  /** K = C, OUT = V. */
  readonly group: FrozenGroup;
  readonly value: Value;
}

function slice(group: FrozenGroup, first: number, rows: number): FrozenGroup {
  const whole = { rank: 0, u_column: 0, a_offset: 0, b_offset: 0, scale: 0 };
  return {
    ...group,
    out: rows,
    segments: [{ ...whole, start: 0, end: rows, first_block: (first * group.k) / 64 }],
  };
}

export function headOf(recording: Recording): Head {
  const module = recording.module('lm_head');
  const weight = module.parameters.get('weight');
  invariant(weight && module.kind.type === 'linear', 'lm_head has no weight of its own');
  const tied = recording.module('model.embed_tokens').parameters.get('weight') === weight;
  const path = tied ? 'model.embed_tokens' : 'lm_head';
  const buffer = `weights/${path}`;
  const { inFeatures: k, outFeatures: out } = module.kind;
  const group: FrozenGroup = { k, out, segments: [], weights: buffer, format: recording.weightFormat(path) };
  return {
    group: slice(group, 0, out),
    value: recording.parameter(weight, recording.path('lm_head.weight'), {
      kind: 'persistent',
      buffer,
      offset: 0,
    }),
  };
}

/** First row and rows of each tile; first rows are multiples of 64, where a block begins. */
function tilesOf({ k, out }: FrozenGroup): { readonly first: number; readonly rows: number }[] {
  const most = Math.max(64, Math.floor(TILE_FLOATS / k / 64) * 64);
  return Array.from({ length: Math.ceil(out / most) }, (_, i) => ({
    first: i * most,
    rows: Math.min(most, out - i * most),
  }));
}

/** Floats of scratch slot 0 for either direction. */
export function headScratch(group: FrozenGroup, profile: KernelProfile, n: number): number {
  const [whole = 0] = productScratch(group, profile, n, 0, true);
  return whole === 0 ? 0 : (tilesOf(group)[0]?.rows ?? 0) * group.k;
}

/** logits [N, V] = h [N, C] Wᵀ. Uses scratch slot 0. */
export function logitsCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  h: Ref,
  logits: Ref,
): KernelCall<Ref>[] {
  const refs = { left: h, tail: null, residual: null, result: logits };
  const block = profile.linear;
  if (block === 'tiled' || headScratch(group, profile, n) === 0)
    return forwardCalls(group, profile, n, 0, refs);
  return tilesOf(group).flatMap(({ first, rows }) => [
    decodeCall(slice(group, first, rows), profile, 0, true),
    matmulCall<Ref>({
      buffers: { a: h, u: DUMMY, b: { scratch: 0 }, residual: DUMMY, y: logits },
      n,
      k: group.k,
      m: rows,
      adds: 'nothing',
      block,
      stored: storedOf(slice(group, first, rows), profile),
      yPlace: { stride: group.out, offset: first },
    }),
  ]);
}

/** dh [N, C] = dz [N, V] W. Uses scratch slot 0. */
export function logitsBackwardCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  dz: Ref,
  dh: Ref,
): KernelCall<Ref>[] {
  const block = profile.linear;
  if (block === 'tiled')
    return backwardCalls(group, profile, n, 0, { left: dz, tail: null, residual: null, result: dh });
  return tilesOf(group).flatMap(({ first, rows }) => [
    decodeCall(slice(group, first, rows), profile, 0, false),
    matmulCall<Ref>({
      buffers: { a: dz, u: DUMMY, b: { scratch: 0 }, residual: DUMMY, y: dh },
      n,
      k: rows,
      m: group.k,
      adds: first === 0 ? 'nothing' : 'y',
      block,
      stored: storedOf(slice(group, first, rows), profile),
      aPlace: { stride: group.out, offset: first },
    }),
  ]);
}

/** Both directions on the CPU, by the same tiles. */
export function headOnCpu(
  group: FrozenGroup,
  direction: 'forward' | 'backward',
  n: number,
  context: ReferenceContext,
  left: FloatArray,
  result: FloatArray,
): void {
  const forward = direction === 'forward';
  for (const { first, rows } of tilesOf(group)) {
    const place = { stride: group.out, offset: first };
    matmulReference({
      a: left,
      u: null,
      b: decodeOnCpu(slice(group, first, rows), 0, forward, context),
      residual: null,
      y: result,
      n,
      k: forward ? group.k : rows,
      m: forward ? rows : group.k,
      ru: 0,
      ...(forward ? { yPlace: place } : { aPlace: place, addsToY: first > 0 }),
    });
  }
}
