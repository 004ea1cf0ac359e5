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
import type { InputGradient, Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { headOf, headOnCpu, headScratch, logitsBackwardCalls, logitsCalls } from './head.ts';
import type { HeadTraining } from './headTraining.ts';
import { downBackwardCalls, downCalls, gradCalls, headTraining, onCpu } from './headTraining.ts';
import { MICRO_BATCHES_AT } from './metrics.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  readonly head: FrozenGroup;
  /** Rows of one chunk, a multiple of 64 unless it holds all rows. */
  readonly chunk: number;
  /** Whether the logits become their gradient, and whether the hidden states get theirs. */
  readonly wantsGradient: boolean;
  readonly wantsHidden: boolean;
  readonly training: HeadTraining;
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
    const ranks = rows * (node.attributes.training.adapter?.ru ?? 0);
    return [headScratch(head, profile, VECTORS_NEVER), rows * head.out, 4 * n, ranks, ranks];
  },
  kernels: (node, profile) => {
    const [h] = valueAt(node.inputs, 0);
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const { wantsGradient, wantsHidden, head, smoothing, training } = node.attributes;
    const shape = { v: head.out, c };
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
      const chunk = { rows, h: { value: h, ...part }, z: logits, u: { scratch: 3 }, du: { scratch: 4 } };
      calls.push(
        ...downCalls(training, chunk),
        ...logitsCalls(head, profile, rows, chunk.h, logits, training.adapter ? chunk.u : null),
        call(crossEntropy, {
          buffers: loss,
          params: { rows, v: head.out, first_row: first, smoothing },
          constants: { WRITE_GRAD: wantsGradient ? 1 : 0 },
        }),
      );
      if (wantsGradient) calls.push(...gradCalls(training, chunk, shape));
      if (wantsHidden)
        calls.push(
          ...logitsBackwardCalls(head, profile, rows, logits, { value: dh, ...part }),
          ...downBackwardCalls(training, chunk, { value: dh, ...part }),
        );
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
    const { wantsGradient, wantsHidden, chunk, head, smoothing, training } = node.attributes;
    const ranks = Math.min(chunk, n) * (training.adapter?.ru ?? 0);
    const [u, du] = [context.scratch(3, ranks), context.scratch(4, ranks)];
    const { lossScale, microBatch } = context.step;
    const z = context.scratch(1, Math.min(chunk, n) * head.out);
    const rowNumbers = context.scratch(2, 4 * n);
    for (const { first, rows } of chunks(node)) {
      const part = { offset: first * c, size: rows * c };
      const own = { rows, h: context.floats({ value: h, ...part }), z, u, du };
      onCpu.down(training, own, context);
      headOnCpu(head, 'forward', rows, context, own.h, z, training.adapter ? u : null);
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
      if (wantsGradient) onCpu.grad(training, own, { v: head.out, c }, context);
      if (!wantsHidden) continue;
      const into = context.floats({ value: dh, ...part });
      headOnCpu(head, 'backward', rows, context, z, into);
      onCpu.downBackward(training, own, into, context);
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
  // The loss is where backward starts; its own gradient is 1. What trains at the head has its gradient from the forward pass.
  backward: (context) => {
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
  },
};

/** Hidden states [N, C] → loss [1], the sum over labelled rows times step.loss_scale. */
export function linearCrossEntropy(
  recording: Recording,
  args: { readonly hidden: Value; readonly lossGradFn: string; readonly smoothing?: number },
): Value {
  const { tape } = recording;
  const found = headOf(recording);
  const { group: head, value: table, copyAt, lora } = found;
  const { n } = rowsAndColumns(args.hidden);
  const parameters = lora ? [lora.a, lora.b] : [];
  const wantsHidden = tape.gradEnabled && args.hidden.requiresGrad;
  const trained = [...parameters, ...(copyAt === null ? [] : [table])];
  const wantsGradient = wantsHidden || (tape.gradEnabled && trained.some((one) => one.requiresGrad));
  const [loss] = tape.record<Attributes>({
    operation: linearCrossEntropyOperation,
    inputs: [args.hidden, table, ...parameters],
    outputs: [
      {
        name: 'loss',
        shape: [1],
        storage: { kind: 'persistent', buffer: 'metrics', offset: MICRO_BATCHES_AT },
        gradFn: args.lossGradFn,
      },
      { name: `${args.hidden.name}.grad`, shape: wantsHidden ? args.hidden.shape : [1], gradFn: null },
    ],
    attributes: {
      head,
      chunk: chunkRows(n, head.out),
      wantsGradient,
      wantsHidden,
      training: headTraining(recording, found),
      smoothing: args.smoothing ?? 0,
    },
    path: 'lm_head',
  });
  invariant(loss, 'linear_cross_entropy recorded no output');
  return loss;
}
