// The frozen output head W [V, C], packed; a tied one is the embedding's own buffer. Logits and their way back are made
// from tiles of the vocabulary, so that the head is never whole in floats.
import type { FloatArray, KernelCall } from '../../shaders/kernel.ts';
import { matmulReference } from '../../shaders/matmul/matmul.ref.ts';
import { matmulCall } from '../../shaders/matmul/matmul.ts';
import { invariant, UserError } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Module } from '../nn/module.ts';
import type { KernelProfile, Ref, ReferenceContext } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import {
  backwardCalls,
  DUMMY,
  decodeCall,
  decodeOnCpu,
  forwardCalls,
  needsParts,
  partRows,
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

/** Rows [first, first + rows) as a group of their own; `bound`: only they are bound. */
function slice(group: FrozenGroup, first: number, rows: number, bound = false): FrozenGroup {
  const whole = { rank: 0, u_column: 0, a_offset: 0, b_offset: 0, scale: 0 };
  const firstBlock = (first * group.k) / 64;
  return {
    ...group,
    out: rows,
    segments: [{ ...whole, start: 0, end: rows, first_block: bound ? 0 : firstBlock }],
    ...(bound ? { part: { firstBlock, blocks: Math.ceil((rows * group.k) / 64) } } : {}),
  };
}

/** The head without an adapter around it that is not in use; one in use is more than the kernels do. */
function bareHead(recording: Recording): Module {
  const module = recording.module('lm_head');
  const { kind } = module;
  if (kind.type !== 'lora') return module;
  if (!kind.disabled && kind.active.some((name) => kind.adapters.has(name)))
    throw new UserError(
      'beyond-engine',
      'lm_head: has an adapter in use, but this engine runs LoRA on the linears of the layers only. Leave lm_head out of target_modules.',
      { names: ['lm_head'] },
    );
  return module.child('base_layer');
}

export function headOf(recording: Recording): Head {
  const module = bareHead(recording);
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

/** Block of the tiles' products; null: the head is taken whole, by a kernel that decodes as it goes. */
function blockOf(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  forward: boolean,
): 'narrow' | 'wide' | null {
  const { linear } = profile;
  const inTiles = linear !== 'tiled' && productScratch(group, profile, n, 0, forward).length > 0;
  if (!inTiles && !needsParts(group, profile)) return null;
  return linear === 'tiled' ? 'narrow' : linear;
}

/** Floats of scratch slot 0 for either direction. */
export function headScratch(group: FrozenGroup, profile: KernelProfile, n: number): number {
  const whole = [true, false].every((forward) => blockOf(group, profile, n, forward) === null);
  return whole ? 0 : (tilesOf(group, profile.maxBindingBytes)[0]?.rows ?? 0) * group.k;
}

/** logits [N, V] = h [N, C] Wᵀ. Uses scratch slot 0. */
export function logitsCalls(
  group: FrozenGroup,
  profile: KernelProfile,
  n: number,
  h: Ref,
  logits: Ref,
): KernelCall<Ref>[] {
  const block = blockOf(group, profile, n, true);
  if (block === null)
    return forwardCalls(group, profile, n, 0, { left: h, tail: null, residual: null, result: logits });
  const bound = needsParts(group, profile);
  return tilesOf(group, profile.maxBindingBytes).flatMap(({ first, rows }) => {
    const tile = slice(group, first, rows, bound);
    return [
      decodeCall(tile, profile, 0, true),
      matmulCall<Ref>({
        buffers: { a: h, u: DUMMY, b: { scratch: 0 }, residual: DUMMY, y: logits },
        n,
        k: group.k,
        m: rows,
        adds: 'nothing',
        block,
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
  const block = blockOf(group, profile, n, false);
  if (block === null)
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
        block,
        stored: storedOf(tile, profile),
        aPlace: { stride: group.out, offset: first },
      }),
    ];
  });
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
