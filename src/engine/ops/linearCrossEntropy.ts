// Fused chunked head and loss: logits of a chunk of rows exist in scratch only while their loss and gradient are formed,
// so [T, V] logits never do. The gradient of the hidden states is made in the forward pass, when it is wanted.
// Labels come shifted: row t carries the token after it, -100 where nothing is to be learned.

import { crossEntropyReference, rowSumReference } from '../../shaders/cross_entropy/cross_entropy.ref.ts';
import { crossEntropy, rowSum } from '../../shaders/cross_entropy/cross_entropy.ts';
import type { KernelCall } from '../../shaders/kernel.ts';
import { call } from '../../shaders/kernel.ts';
import { matmulReference, matmulTransposedReference } from '../../shaders/matmul/matmul.ref.ts';
import { matmulCall, matmulTransposed } from '../../shaders/matmul/matmul.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation, Ref, TapeNode } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import { headWeight } from './head.ts';
import { MICRO_BATCHES_AT } from './metrics.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  /** Rows of one chunk, a multiple of 64 unless it holds all rows. */
  readonly chunk: number;
  readonly wantsGradient: boolean;
}

/** As TRL's chunked_nll; fewer where the vocabulary would make the scratch larger than 64 MiB. */
const CHUNK_ROWS = 256;
const SCRATCH_LIMIT_FLOATS = 2 ** 24;

function chunkRows(n: number, v: number): number {
  const fits = Math.floor(SCRATCH_LIMIT_FLOATS / v / 64) * 64;
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
  scratch: (node) => {
    const [h, table] = valueAt(node.inputs, 0, 1);
    const n = rowsAndColumns(h).n;
    return [Math.min(node.attributes.chunk, n) * rowsAndColumns(table).n, 4 * n];
  },
  kernels: (node) => {
    const [h, table] = valueAt(node.inputs, 0, 1);
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const v = rowsAndColumns(table).n;
    const { wantsGradient } = node.attributes;
    const logits: Ref = { scratch: 0 };
    const rowNumbers: Ref = { scratch: 1 };
    const calls: KernelCall<Ref>[] = [];
    for (const { first, rows } of chunks(node)) {
      const part = { offset: first * c, size: rows * c };
      const forward: Record<'a' | 'b' | 'y', Ref> = {
        a: { value: h, ...part },
        b: { value: table },
        y: logits,
      };
      const loss: Record<'z' | 'labels' | 'step' | 'rows', Ref> = {
        z: logits,
        labels: { buffer: 'labels' },
        step: { buffer: 'step' },
        rows: rowNumbers,
      };
      calls.push(call(matmulTransposed, { buffers: forward, params: { n: rows, k: c, m: v } }));
      calls.push(
        call(crossEntropy, {
          buffers: loss,
          params: { rows, v, first_row: first },
          constants: { WRITE_GRAD: wantsGradient ? 1 : 0 },
        }),
      );
      if (!wantsGradient) continue;
      const dummy: Ref = { buffer: 'dummy' };
      calls.push(
        matmulCall<Ref>({
          buffers: { a: logits, u: dummy, b: { value: table }, residual: dummy, y: { value: dh, ...part } },
          params: { n: rows, k: v, m: c, ru: 0 },
          hasResidual: false,
        }),
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
    const [h, table] = valueAt(node.inputs, 0, 1);
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const v = rowsAndColumns(table).n;
    const { wantsGradient, chunk } = node.attributes;
    const { lossScale, microBatch } = context.step;
    const z = context.scratch(0, Math.min(chunk, n) * v);
    const rowNumbers = context.scratch(1, 4 * n);
    const weights = context.floats({ value: table });
    for (const { first, rows } of chunks(node)) {
      const part = { offset: first * c, size: rows * c };
      matmulTransposedReference({
        a: context.floats({ value: h, ...part }),
        b: weights,
        y: z,
        n: rows,
        k: c,
        m: v,
      });
      crossEntropyReference({
        z,
        labels: context.ints({ buffer: 'labels' }),
        rows: rowNumbers,
        count: rows,
        v,
        first_row: first,
        lossScale,
        writeGrad: wantsGradient,
      });
      if (!wantsGradient) continue;
      matmulReference({
        a: z,
        u: null,
        b: weights,
        residual: null,
        y: context.floats({ value: dh, ...part }),
        n: rows,
        k: v,
        m: c,
        ru: 0,
      });
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
    const [h, table] = valueAt(node.inputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    return 2 * n * c * rowsAndColumns(table).n * (node.attributes.wantsGradient ? 2 : 1);
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
  args: { readonly hidden: Value; readonly lossGradFn: string },
): Value {
  const { tape } = recording;
  const table = headWeight(recording);
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
    attributes: { chunk: chunkRows(n, rowsAndColumns(table).n), wantsGradient },
    path: 'lm_head',
  });
  invariant(loss, 'linear_cross_entropy recorded no output');
  return loss;
}
