// Gradient descent over the flat adapter: remembers nothing. Source: torch 2.15 optim/sgd.py as Trainer makes it (no momentum).
import { call } from '../../../shaders/kernel.ts';
import { sgd as kernel } from '../../../shaders/sgd/sgd.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Optimizer } from './optimizer.ts';

interface Attributes {
  /** Floats of the adapter buffer. */
  readonly total: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

const operation: Operation<Attributes> = {
  name: 'sgd',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { total } }) => [
    call(kernel, {
      buffers: {
        p: buffer('adapter'),
        grads: buffer('grads'),
        table: buffer('rates'),
        metrics: buffer('metrics'),
        step: buffer('step'),
      },
      params: { n: total },
    }),
  ],
  lower: 'kernels',
  flops: ({ attributes }) => 5 * attributes.total,
};

export const sgd: Optimizer = {
  state: () => [],
  tables: () => new Map(),
  record: (tape, { total }) => {
    tape.record({ operation, inputs: [], outputs: [], attributes: { total }, path: 'optimizer' });
  },
  numbers: () => ({ biasCorrection1: 1, biasCorrection2: 1 }),
};
