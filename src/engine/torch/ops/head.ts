// The output head W [V, C], packed, or its trainable copy; a tied one is the embedding's own buffer; an adapter on it. Logits and their way back are made
// from tiles of the vocabulary, so that the head is never whole in floats.
import type { KernelCall } from '../../../shaders/kernel.ts';
import { matmulCall } from '../../../shaders/matmul/matmul.ts';
import { invariant } from '../../ground/errors.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import {
  backwardCalls,
  blockOf,
  DUMMY,
  decodeCall,
  forwardCalls,
  needsParts,
  partRows,
  productScratch,
  storedOf,
  tileOf,
} from './frozenProduct.ts';
import type { TableParts } from './tableParts.ts';
import { frozenWeight, tableParts } from './tableParts.ts';

/** Floats of a decoded tile: 8 MiB. */
const TILE_FLOATS = 2 ** 21;

export interface Head {
  /** K = C, OUT = V. */
  readonly group: FrozenGroup;
  readonly value: Value;
  /** Place of a trainable copy in the adapter buffer, in floats; null: the head is frozen. */
  readonly copyAt: number | null;
  readonly lora: TableParts['lowRank'];
}

/** Rows [first, first + rows) as a group of their own; `bound`: only they are bound. */
function slice(group: FrozenGroup, first: number, rows: number, bound = false): FrozenGroup {
  const [whole] = group.segments;
  invariant(whole, 'head: a group without a member');
  const firstBlock = whole.first_block + (first * group.k) / 64;
  const b_offset = whole.b_offset + first * whole.rank;
  return {
    ...group,
    out: rows,
    segments: [{ ...whole, b_offset, start: 0, end: rows, first_block: bound ? 0 : firstBlock }],
    ...(bound ? { part: { firstBlock, blocks: Math.ceil((rows * group.k) / 64) } } : {}),
  };
}

export function headOf(recording: Recording): Head {
  const { head, embedding } = recording.model.tables;
  const { base, copy, lowRank: lora } = tableParts(recording, head);
  const weight = base.parameters.get('weight');
  invariant(weight && base.kind.type === 'linear', `'${head}' has no weight of its own`);
  const tied = frozenWeight(recording.module(embedding)) === weight;
  const path = tied ? embedding : head;
  const buffer = copy ? 'adapter' : `weights/${path}`;
  const { inFeatures: k, outFeatures: out } = base.kind;
  const adapted = {
    rank: lora?.rank ?? 0,
    u_column: 0,
    a_offset: lora?.aOffset ?? 0,
    b_offset: lora?.bOffset ?? 0,
    scale: lora?.scale ?? 0,
  };
  const segment = { ...adapted, start: 0, end: out, first_block: (copy?.offset ?? 0) / 64 };
  const format = copy ? 'none' : recording.weightFormat(path);
  return {
    group: { k, out, segments: [segment], weights: buffer, format },
    value:
      copy?.value ??
      recording.parameter(weight, recording.path(`${head}.weight`), {
        kind: 'persistent',
        buffer,
        offset: 0,
      }),
    copyAt: copy?.offset ?? null,
    lora,
  };
}

/** Columns of u. */
const ranksOf = ({ segments }: FrozenGroup): number => segments[0]?.rank ?? 0;

/** First row and rows of each tile; a tile begins where a binding may, which is where a block does, and fits one decoded. */
function tilesOf(
  { k, out }: FrozenGroup,
  maxBindingBytes = Number.POSITIVE_INFINITY,
): { readonly first: number; readonly rows: number }[] {
  const step = Math.max(64, partRows(k));
  const floats = Math.min(TILE_FLOATS, maxBindingBytes / 4);
  const most = Math.max(step, Math.floor(floats / k / step) * step);
  return Array.from({ length: Math.ceil(out / most) }, (_, i) => ({
    first: i * most,
    rows: Math.min(most, out - i * most),
  }));
}

/** Whether the head is decoded tile by tile of the vocabulary; else it is taken whole, by a kernel that decodes as it goes. */
function takesSlices(group: FrozenGroup, profile: KernelProfile, n: number, forward: boolean): boolean {
  if (needsParts(group, profile)) return true;
  return (
    tileOf(group, profile, n, forward) === null && productScratch(group, profile, n, 0, forward).length > 0
  );
}

/** Floats of scratch slot 0 for either direction, of `n` rows. */
export function headScratch(group: FrozenGroup, profile: KernelProfile, n: number): number {
  const rows = tilesOf(group, profile.maxBindingBytes)[0]?.rows ?? 0;
  const floats = [true, false].map((forward) =>
    takesSlices(group, profile, n, forward)
      ? rows * (group.k + ranksOf(group))
      : (productScratch(group, profile, n, ranksOf(group), forward)[0] ?? 0),
  );
  return Math.max(...floats);
}

/** logits [N, V] = h [N, C] Wᵀ + u [N, R] (s B)ᵀ. Uses scratch slot 0. */
export function logitsCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  h: Ref,
  logits: Ref,
  u: Ref | null = null,
): KernelCall<Ref>[] {
  const ru = u ? ranksOf(group) : 0;
  if (!takesSlices(group, profile, n, true))
    return forwardCalls(group, profile, n, ru, { left: h, tail: u, residual: null, result: logits });
  const bound = needsParts(group, profile);
  return tilesOf(group, profile.maxBindingBytes).flatMap(({ first, rows }) => {
    const tile = slice(group, first, rows, bound);
    return [
      decodeCall(tile, profile, ru, true),
      matmulCall<Ref>({
        buffers: { a: h, u: u ?? DUMMY, b: { scratch: 0 }, residual: DUMMY, y: logits },
        n,
        k: group.k,
        m: rows,
        ru,
        adds: 'nothing',
        block: blockOf(profile, n),
        stored: storedOf(tile, profile),
        yPlace: { stride: group.out, offset: first },
      }),
    ];
  });
}

/** dh [N, C] = dz [N, V] W. Uses scratch slot 0. */
export function logitsBackwardCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  dz: Ref,
  dh: Ref,
): KernelCall<Ref>[] {
  if (!takesSlices(group, profile, n, false))
    return backwardCalls(group, profile, n, 0, { left: dz, tail: null, residual: null, result: dh });
  const bound = needsParts(group, profile);
  return tilesOf(group, profile.maxBindingBytes).flatMap(({ first, rows }) => {
    const tile = slice(group, first, rows, bound);
    return [
      decodeCall(tile, profile, 0, false),
      matmulCall<Ref>({
        buffers: { a: dz, u: DUMMY, b: { scratch: 0 }, residual: DUMMY, y: dh },
        n,
        k: rows,
        m: group.k,
        adds: first === 0 ? 'nothing' : 'y',
        block: blockOf(profile, n),
        stored: storedOf(tile, profile),
        aPlace: { stride: group.out, offset: first },
      }),
    ];
  });
}
