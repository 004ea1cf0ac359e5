// x with the row of a table that belongs to each token's position: learned positions, in place. The table is frozen.

import { addPositions as kernel } from '../../../shaders/add_positions/add_positions.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { BatchShape, Recording } from '../recording.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { rowsByPosition } from './positionsGraph.ts';
import { documentsRef, hasDocuments } from './rope.ts';

interface Attributes {
  readonly batch: BatchShape;
  /** Buffer of the table, [positions, C]. */
  readonly table: string;
  readonly positions: number;
}

const addPositionsOperation: Operation<Attributes> = {
  name: 'add_positions',
  inPlace: { output: 0, input: 0 },
  kernels: (node) => {
    const [x] = valueAt(node.outputs, 0);
    const { batch, table, positions } = node.attributes;
    const buffers: Record<'table' | 'documents' | 'step' | 'x', Ref> = {
      table: { buffer: table },
      documents: documentsRef({ batch }),
      step: { buffer: 'step' },
      x: { value: x },
    };
    const params = { ...rowsAndColumns(x), t: batch.tokens, positions };
    return [call(kernel, { buffers, params, constants: hasDocuments({ batch }) })];
  },
  lower: (node, to) => {
    const { batch, table, positions } = node.attributes;
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const { c } = rowsAndColumns(x);
    const rows = rowsByPosition(to, batch, { buffer: table, width: c, last: positions - 1 }, [c]);
    to.write(y, to.graph.add(to.read(x), rows));
  },
  flops: (node) => elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    return [dy && context.needs(0) ? { grad: dy, fused: false } : null];
  },
};

export interface AddPositionsArguments {
  /** Of the module that holds the table. */
  readonly path: string;
  readonly batch: BatchShape;
  readonly x: Value;
}

/** x [B·T, C] with the positions of its tokens. */
export function addPositions(recording: Recording, { path, batch, x }: AddPositionsArguments): Value {
  const { tape } = recording;
  const { kind } = recording.module(path);
  invariant(kind.type === 'embedding', `'${path}' is not a table of positions`);
  const [y] = tape.record<Attributes>({
    operation: addPositionsOperation,
    inputs: [x],
    outputs: [
      {
        name: path,
        shape: x.shape,
        gradFn: 'AddBackward0',
        storage: { kind: 'alias', of: x, offset: 0 },
      },
    ],
    attributes: { batch, table: `weights/${path}`, positions: kind.rows },
    path,
  });
  invariant(y, 'add_positions recorded no output');
  return y;
}
