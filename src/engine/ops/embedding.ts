// Gathers rows of the embedding table by token id. The table is frozen here: no gradient flows to it.

import { embeddingReference } from '../../shaders/embedding/embedding.ref.ts';
import { embedding as kernel } from '../../shaders/embedding/embedding.ts';
import { call } from '../../shaders/kernel.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation, Ref } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const embeddingOperation: Operation<null> = {
  name: 'embedding',
  backward: 'none',
  kernels: (node) => {
    const [ids, table] = valueAt(node.inputs, 0, 1);
    const [x] = valueAt(node.outputs, 0);
    const { n, c } = rowsAndColumns(x);
    const buffers: Record<'ids' | 'table' | 'x', Ref> = {
      ids: { value: ids },
      table: { value: table },
      x: { value: x },
    };
    return [call(kernel, { buffers, params: { n, c, v: rowsAndColumns(table).n } })];
  },
  reference: (node, context) => {
    const [ids, table] = valueAt(node.inputs, 0, 1);
    const [x] = valueAt(node.outputs, 0);
    const { n, c } = rowsAndColumns(x);
    embeddingReference({
      ids: context.words({ value: ids }),
      table: context.floats({ value: table }),
      x: context.floats({ value: x }),
      n,
      c,
      v: rowsAndColumns(table).n,
    });
  },
  flops: () => 0,
};

/** ids [N] (buffer `ids`) → hidden states [N, C]. */
export function embedding(
  recording: Recording,
  args: { readonly rows: number; readonly path: string },
): Value {
  const module = recording.module(args.path);
  const weight = module.parameters.get('weight');
  invariant(weight && module.kind.type === 'embedding', `embedding: '${args.path}' is not an embedding`);
  const { tape } = recording;
  const ids = tape.leaf(
    'input_ids',
    [args.rows],
    { kind: 'persistent', buffer: 'ids', offset: 0 },
    { dtype: 'int64' },
  );
  const table = recording.parameter(weight, recording.path(`${args.path}.weight`), {
    kind: 'persistent',
    buffer: `weights/${args.path}`,
    offset: 0,
  });
  const [x] = tape.record<null>({
    operation: embeddingOperation,
    inputs: [ids, table],
    outputs: [{ name: args.path, shape: [args.rows, module.kind.width], gradFn: 'EmbeddingBackward0' }],
    attributes: null,
    path: args.path,
  });
  invariant(x, 'embedding recorded no output');
  return x;
}
