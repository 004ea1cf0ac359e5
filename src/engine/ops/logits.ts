// Logits of given rows for generation: y = h Wᵀ with the frozen head.

import { call } from '../../shaders/kernel.ts';
import { matmulTransposedReference } from '../../shaders/matmul/matmul.ref.ts';
import { matmulTransposed } from '../../shaders/matmul/matmul.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation, Ref } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import { headWeight } from './head.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const logitsOperation: Operation<null> = {
  name: 'logits',
  backward: 'none',
  effect: true,
  kernels: (node) => {
    const [h, table] = valueAt(node.inputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    const buffers: Record<'a' | 'b' | 'y', Ref> = {
      a: { value: h },
      b: { value: table },
      y: { buffer: 'logits' },
    };
    return [call(matmulTransposed, { buffers, params: { n, k: c, m: rowsAndColumns(table).n } })];
  },
  reference: (node, context) => {
    const [h, table] = valueAt(node.inputs, 0, 1);
    const { n, c } = rowsAndColumns(h);
    matmulTransposedReference({
      a: context.floats({ value: h }),
      b: context.floats({ value: table }),
      y: context.floats({ buffer: 'logits' }),
      n,
      k: c,
      m: rowsAndColumns(table).n,
    });
  },
  flops: (node) =>
    2 * (node.inputs[0]?.shape[0] ?? 0) * (node.inputs[1]?.shape[0] ?? 0) * (node.inputs[1]?.shape[1] ?? 0),
};

/** Hidden states [N, C] → the persistent buffer `logits` [N, V]. */
export function logits(recording: Recording, hidden: Value): void {
  const table = headWeight(recording);
  recording.tape.record<null>({
    operation: logitsOperation,
    inputs: [hidden, table],
    outputs: [],
    attributes: null,
    path: 'lm_head',
  });
}
