// What trains at the output head, chunk by chunk beside its logits: a whole copy of its weights, or an adapter on it.
import { headGrad } from '../../../shaders/head_grad/head_grad.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { loraDownBackward } from '../../../shaders/lora/lora.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';
import type { Recording } from '../recording.ts';
import type { Head } from './head.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { dropsOut } from './linearGroup.ts';
import { downCall, gradCall, loraNumbers, upBackwardCall } from './loraOperations.ts';

export interface HeadTraining {
  /** Place of the copy in the adapter buffer; null: frozen. */
  readonly copyAt: number | null;
  /** The head as a group of one member; null without an adapter. */
  readonly adapter: GroupAttributes | null;
}

export function headTraining(recording: Recording, { group, copyAt, lora }: Head): HeadTraining {
  const adapter: GroupAttributes | null = lora && {
    ...group,
    ru: lora.rank,
    adapterTotal: recording.layout.total,
    dropoutRate: dropsOut(recording, recording.model.tables.head) ? lora.dropout : 0,
    dropoutStream: lora.stream,
    bias: null,
    table: null,
    overRowNorms: false,
    scaleOf: () => lora.scale,
  };
  return { copyAt, adapter };
}

/** Rows of one chunk: hidden states, logits and then their gradient, u and du. */
export interface HeadChunk<R> {
  readonly rows: number;
  readonly h: R;
  readonly z: R;
  readonly u: R;
  readonly du: R;
}

const ADAPTER: Ref = { buffer: 'adapter' };
const STEP: Ref = { buffer: 'step' };
const GRADS: Ref = { buffer: 'grads' };

/** u = drop(h) Aᵀ of a chunk, before its logits. */
export function downCalls(
  { adapter }: HeadTraining,
  profile: KernelProfile,
  { rows, h, u }: HeadChunk<Ref>,
): KernelCall<Ref>[] {
  return adapter ? [downCall(adapter, profile, rows, { x: h, u })] : [];
}

/** Gradients of a chunk, once its logits have become their gradient; `first`: its first row among `total` floats of grads. */
export function gradCalls(
  { copyAt, adapter }: HeadTraining,
  profile: KernelProfile,
  chunk: HeadChunk<Ref>,
  shape: { readonly v: number; readonly c: number },
): KernelCall<Ref>[] {
  const { rows, h, z, u, du } = chunk;
  const calls: KernelCall<Ref>[] = [];
  if (copyAt !== null)
    calls.push(
      call(headGrad, {
        buffers: { dz: z, h, grads: GRADS },
        params: { rows, ...shape, first_row: 0, offset: copyAt },
      }),
    );
  if (!adapter) return calls;
  calls.push(
    upBackwardCall(adapter, profile, rows, { dy: z, du }),
    gradCall(adapter, profile, rows, { x: h, u, dy: z, du }),
  );
  return calls;
}

/** The adapter's part of dh, after the head's own. */
export function downBackwardCalls(
  { adapter }: HeadTraining,
  { rows, du }: HeadChunk<Ref>,
  dx: Ref,
): KernelCall<Ref>[] {
  if (!adapter) return [];
  const buffers = { du, adapter: ADAPTER, step: STEP, dx };
  return [call(loraDownBackward, { buffers, params: loraNumbers(adapter, rows) })];
}
