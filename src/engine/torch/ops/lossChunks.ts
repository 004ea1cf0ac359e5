// Head and loss of a chunk of rows at a time, as every loss over the vocabulary goes: logits exist in scratch only while they are scored
// and turned into their gradient, so [T, V] logits never do; the head itself is decoded tile by tile.
import { STRETCH_FLOATS } from '../../../shaders/cross_entropy/cross_entropy.ref.ts';
import {
  crossEntropyOf,
  crossEntropyParts,
  crossEntropyWhole,
  partsOf,
} from '../../../shaders/cross_entropy/cross_entropy.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import type { PreferenceObjective } from '../../../shaders/preference/preference.ts';
import type { BackwardRule, KernelProfile, Ref, TapeNode } from '../autograd/operation.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { DUMMY } from './frozenProduct.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { headOf, headScratch, logitsBackwardCalls, logitsCalls } from './head.ts';
import type { HeadTraining } from './headTraining.ts';
import { downBackwardCalls, downCalls, gradCalls, headTraining } from './headTraining.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { sharesSums } from './sums.ts';

export interface PairNumbers {
  readonly objective: PreferenceObjective;
  readonly beta: number;
  /** Tokens of a padded row. */
  readonly tokens: number;
}

export interface LossAttributes {
  readonly head: FrozenGroup;
  /** Rows of one chunk, a multiple of 64 unless it holds all rows. */
  readonly chunk: number;
  /** Whether the logits become their gradient, and whether the hidden states get theirs. */
  readonly wantsGradient: boolean;
  readonly wantsHidden: boolean;
  readonly training: HeadTraining;
  /** label_smoothing_factor. */
  readonly smoothing: number;
  /** Of rows that are pairs; null for single ones. */
  readonly pairs: PairNumbers | null;
}

type Node = TapeNode<LossAttributes>;

/** As TRL's chunked loss; fewer where the vocabulary would make the logits of a chunk larger than 16 MiB. */
const CHUNK_ROWS = 256;
const LOGITS_LIMIT_FLOATS = 2 ** 22;

function chunkRows(n: number, v: number): number {
  const fits = Math.floor(LOGITS_LIMIT_FLOATS / v / 64) * 64;
  return Math.min(n, CHUNK_ROWS, Math.max(64, fits));
}

export interface Chunk {
  readonly first: number;
  readonly rows: number;
}

export function chunksOf(node: Node): Chunk[] {
  const n = node.inputs[0]?.shape[0] ?? 0;
  const { chunk } = node.attributes;
  return Array.from({ length: Math.ceil(n / chunk) }, (_, i) => ({
    first: i * chunk,
    rows: Math.min(chunk, n - i * chunk),
  }));
}

/** Scratch: a tile of the head, logits, the rows' numbers [N, 4], u and du, weights of the rows, what stretches of the logits say. */
export const ROWS: Ref = { scratch: 2 };
const LOGITS: Ref = { scratch: 1 };

export const WEIGHTS: Ref = { scratch: 5 };
const STRETCHES: Ref = { scratch: 6 };

export function lossScratch(node: Node, profile: KernelProfile, weights = 0): number[] {
  const { head, chunk, training } = node.attributes;
  const n = node.inputs[0]?.shape[0] ?? 0;
  const rows = Math.min(chunk, n);
  const ranks = rows * (training.adapter?.ru ?? 0);
  // The last chunk may be shorter, and fewer rows may take more parts of a sum.
  const floats = chunksOf(node).map((one) => headScratch(head, profile, one.rows));
  const own = [Math.max(...floats), rows * head.out, 4 * n, ranks, ranks];
  if (sharesSums(profile)) return [...own, weights, rows * partsOf(head.out) * STRETCH_FLOATS];
  return weights > 0 ? [...own, weights] : own;
}

interface Scoring {
  readonly gradient: boolean;
  readonly weights: Ref | null;
  /** Where the rows' numbers go [N, 4]; absent: scratch. */
  readonly rows?: Ref;
}

/** The logits of a chunk to their rows' numbers and, with `gradient`, to their own gradient. */
function scoreCalls(
  node: Node,
  profile: KernelProfile,
  { first, rows }: Chunk,
  { gradient, weights, rows: into = ROWS }: Scoring,
): KernelCall<Ref>[] {
  const { head, smoothing } = node.attributes;
  const labels: Ref = { buffer: 'labels' };
  const buffers: Record<'z' | 'labels' | 'weights' | 'step' | 'rows', Ref> = {
    z: LOGITS,
    labels,
    weights: weights ?? DUMMY,
    step: { buffer: 'step' },
    rows: into,
  };
  const constants = { WRITE_GRAD: gradient ? 1 : 0, HAS_WEIGHTS: weights ? 1 : 0 };
  const shape = { count: rows, v: head.out, first_row: first };
  if (!sharesSums(profile))
    return [call(crossEntropyOf(head.out), { buffers, params: { ...shape, smoothing }, constants })];
  const params = { ...shape, parts: partsOf(head.out) };
  return [
    call(crossEntropyParts, { buffers: { z: LOGITS, labels, stretches: STRETCHES }, params }),
    call(crossEntropyWhole, {
      buffers: { ...buffers, stretches: STRETCHES },
      params: { ...params, smoothing },
      constants,
    }),
  ];
}

/** A chunk's rows scored; with `gradient`, what follows from it too, its rows weighted by `weights` if there are any. */
export function chunkCalls(
  node: Node,
  profile: KernelProfile,
  { first, rows }: Chunk,
  scoring: Scoring,
): KernelCall<Ref>[] {
  const [h] = valueAt(node.inputs, 0);
  const { c } = rowsAndColumns(h);
  const { head, training, wantsHidden } = node.attributes;
  const part = { offset: first * c, size: rows * c };
  const own = { rows, h: { value: h, ...part }, z: LOGITS, u: { scratch: 3 }, du: { scratch: 4 } };
  const calls: KernelCall<Ref>[] = [
    ...downCalls(training, profile, own),
    ...logitsCalls(head, profile, rows, own.h, LOGITS, training.adapter ? own.u : null),
    ...scoreCalls(node, profile, { first, rows }, scoring),
  ];
  if (!scoring.gradient) return calls;
  const [, dh] = valueAt(node.outputs, 0, 1);
  calls.push(...gradCalls(training, profile, own, { v: head.out, c }));
  const into = { value: dh, ...part };
  return wantsHidden
    ? [
        ...calls,
        ...logitsBackwardCalls(head, profile, rows, LOGITS, into),
        ...downBackwardCalls(training, own, into),
      ]
    : calls;
}

/** Multiply-adds of one pass over the head, counted as two. */
export const headFlops = ({ inputs, attributes: { head } }: Node): number =>
  2 * (inputs[0]?.shape[0] ?? 0) * head.k * head.out;

/** The loss is where backward starts; its own gradient is 1. Every gradient was made in the forward pass. */
export const lossBackward: BackwardRule<LossAttributes> = (context) => {
  const { node } = context;
  const [, dh] = valueAt(node.outputs, 0, 1);
  const { copyAt, adapter } = node.attributes.training;
  return node.inputs.map((input, i): InputGradient | null => {
    if (!context.gradOf(0) || !context.needs(i)) return null;
    if (i === 0) return { grad: dh, fused: false };
    if (i === 1 && copyAt === null) return null;
    const partner = i > 1 ? node.inputs[i === 2 ? 3 : 2] : undefined;
    const zero = (partner?.zero ?? false) || (i > 1 && adapter?.scaleOf(input) === 0);
    return { grad: gradientLeaf(context, input, zero), fused: true };
  });
};

/** Inputs [hidden, head, A?, B?] of a loss and what it is to know of them. */
export function lossInputs(
  recording: Recording,
  hidden: Value,
  smoothing: number,
): { readonly inputs: Value[]; readonly attributes: LossAttributes } {
  const { tape } = recording;
  const found = headOf(recording);
  const { group: head, value: table, copyAt, lora } = found;
  const parameters = lora ? [lora.a, lora.b] : [];
  const wantsHidden = tape.gradEnabled && hidden.requiresGrad;
  const trained = [...parameters, ...(copyAt === null ? [] : [table])];
  const attributes = {
    head,
    chunk: chunkRows(rowsAndColumns(hidden).n, head.out),
    wantsGradient: wantsHidden || (tape.gradEnabled && trained.some((one) => one.requiresGrad)),
    wantsHidden,
    training: headTraining(recording, found),
    smoothing,
    pairs: null,
  };
  return { inputs: [hidden, table, ...parameters], attributes };
}
