// Fused chunked head and loss: logits of a chunk of rows exist in scratch only while their loss and gradient are formed,
// so [T, V] logits never do; the head itself is decoded tile by tile. The gradient of the hidden states is made in the forward pass, when it is wanted.
// Labels come shifted: row t carries the token after it, -100 where nothing is to be learned.

import { crossEntropyReference, rowSumReference } from '../../shaders/cross_entropy/cross_entropy.ref.ts';
import { crossEntropy, rowSum } from '../../shaders/cross_entropy/cross_entropy.ts';
import type { KernelCall } from '../../shaders/kernel.ts';
import { call } from '../../shaders/kernel.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation, Ref, TapeNode } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { headOf, headOnCpu, headScratch, logitsBackwardCalls, logitsCalls } from './head.ts';
import { MICRO_BATCHES_AT } from './metrics.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  readonly head: FrozenGroup;
  /** Rows of one chunk, a multiple of 64 unless it holds all rows. */
  readonly chunk: number;
  readonly wantsGradient: boolean;
  /** label_smoothing_factor. */
  readonly smoothing: number;
}

/** As TRL's chunked_nll; fewer where the vocabulary would make the logits of a chunk larger than 16 MiB. */
const CHUNK_ROWS = 256;
const LOGITS_LIMIT_FLOATS = 2 ** 22;

/** A chunk may be of any length, so its scratch is planned as for one that no vector kernel takes. */
const VECTORS_NEVER = 64;

function chunkRows(n: number, v: number): number {
  const fits = Math.floor(LOGITS_LIMIT_FLOATS / v / 64) * 64;
  return Math.min(n, CHUNK_ROWS, Math.max(64, fits));
}

function chunks(node: TapeNode<Attributes>): { readonly first: number; readonly rows: number }[] {
  const n = node.inputs[0]?.shape[0] ?? 0;
  const { chunk } = node.attributes;
  return Array.from({ length: Math.ceil(n / chunk) }, (_, i) => ({
    first: i * chunk,
    rows: Math.min(chunk, n - i * chunk),
  }));
}

const linearCrossEntropyOperation: Operation<Attributes> = {
  name: 'linear_cross_entropy',
  effect: true,
  scratch: (node, profile) => {
    const { head, chunk } = node.attributes;
    const n = node.inputs[0]?.shape[0] ?? 0;
    const rows = Math.min(chunk, n);
    return [headScratch(head, profile, VECTORS_NEVER), rows * head.out, 4 * n];
  },
  kernels: (node, profile) => {
    const [h] = valueAt(node.inputs, 0);
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const { wantsGradient, head, smoothing } = node.attributes;
    const logits: Ref = { scratch: 1 };
    const rowNumbers: Ref = { scratch: 2 };
    const calls: KernelCall<Ref>[] = [];
    for (const { first, rows } of chunks(node)) {
      const part = { offset: first * c, size: rows * c };
      const loss: Record<'z' | 'labels' | 'step' | 'rows', Ref> = {
        z: logits,
        labels: { buffer: 'labels' },
        step: { buffer: 'step' },
        rows: rowNumbers,
      };
      calls.push(
        ...logitsCalls(head, profile, rows, { value: h, ...part }, logits),
        call(crossEntropy, {
          buffers: loss,
          params: { rows, v: head.out, first_row: first, smoothing },
          constants: { WRITE_GRAD: wantsGradient ? 1 : 0 },
        }),
      );
      if (wantsGradient)
        calls.push(...logitsBackwardCalls(head, profile, rows, logits, { value: dh, ...part }));
    }
    const sum: Record<'rows' | 'step' | 'metrics', Ref> = {
      rows: rowNumbers,
      step: { buffer: 'step' },
      metrics: { buffer: 'metrics' },
    };
    return [...calls, call(rowSum, { buffers: sum, params: { n, offset: MICRO_BATCHES_AT } })];
  },
  reference: (node, context) => {
    const [h] = valueAt(node.inputs, 0);
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const { wantsGradient, chunk, head, smoothing } = node.attributes;
    const { lossScale, microBatch } = context.step;
    const z = context.scratch(1, Math.min(chunk, n) * head.out);
    const rowNumbers = context.scratch(2, 4 * n);
    for (const { first, rows } of chunks(node)) {
      const part = { offset: first * c, size: rows * c };
      headOnCpu(head, 'forward', rows, context, context.floats({ value: h, ...part }), z);
      crossEntropyReference({
        z,
        labels: context.ints({ buffer: 'labels' }),
        rows: rowNumbers,
        count: rows,
        v: head.out,
        first_row: first,
        smoothing,
        lossScale,
        writeGrad: wantsGradient,
      });
      if (wantsGradient)
        headOnCpu(head, 'backward', rows, context, z, context.floats({ value: dh, ...part }));
    }
    rowSumReference({
      rows: rowNumbers,
      metrics: context.floats({ buffer: 'metrics' }),
      n,
      at: MICRO_BATCHES_AT + 4 * microBatch,
      lossScale,
    });
  },
  flops: (node) => {
    const { head } = node.attributes;
    return 2 * (node.inputs[0]?.shape[0] ?? 0) * head.k * head.out * (node.attributes.wantsGradient ? 2 : 1);
  },
  // The loss is where backward starts; its own gradient is 1.
  backward: (context) => {
    const [, dh] = valueAt(context.node.outputs, 0, 1);
    return [context.gradOf(0) && context.needs(0) ? { grad: dh, fused: false } : null, null];
  },
};

/** Hidden states [N, C] → loss [1], the sum over labelled rows times step.loss_scale. The head is frozen. */
export function linearCrossEntropy(
  recording: Recording,
  args: { readonly hidden: Value; readonly lossGradFn: string; readonly smoothing?: number },
): Value {
  const { tape } = recording;
  const { group: head, value: table } = headOf(recording);
  const { n } = rowsAndColumns(args.hidden);
  const wantsGradient = tape.gradEnabled && args.hidden.requiresGrad;
  const [loss] = tape.record<Attributes>({
    operation: linearCrossEntropyOperation,
    inputs: [args.hidden, table],
    outputs: [
      {
        name: 'loss',
        shape: [1],
        storage: { kind: 'persistent', buffer: 'metrics', offset: MICRO_BATCHES_AT },
        gradFn: args.lossGradFn,
      },
      { name: `${args.hidden.name}.grad`, shape: wantsGradient ? args.hidden.shape : [1], gradFn: null },
    ],
    attributes: { head, chunk: chunkRows(n, head.out), wantsGradient, smoothing: args.smoothing ?? 0 },
    path: 'lm_head',
  });
  invariant(loss, 'linear_cross_entropy recorded no output');
  return loss;
}
