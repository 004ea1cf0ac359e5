// AdamW over the flat adapter. Source: torch 2.13 optim/adam.py.
import { adamw as kernel } from '../../../shaders/adamw/adamw.ts';
import { call } from '../../../shaders/kernel.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';

interface Attributes extends OptimizerOptions {
  /** Floats of the adapter buffer. */
  readonly total: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

const operation: Operation<Attributes> = {
  name: 'adamw',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { total, beta1, beta2, eps } }) => [
    call(kernel, {
      buffers: {
        p: buffer('adapter'),
        grads: buffer('grads'),
        m: buffer('adam_m'),
        v: buffer('adam_v'),
        table: buffer('rates'),
        metrics: buffer('metrics'),
        step: buffer('step'),
      },
      params: { n: total, beta2, one_minus_beta1: 1 - beta1, one_minus_beta2: 1 - beta2, eps },
    }),
  ],
  lower: 'kernels',
  flops: ({ attributes }) => 14 * attributes.total,
};

export const adamw: Optimizer = {
  state: ({ total }) => [
    { name: 'adam_m', floats: total },
    { name: 'adam_v', floats: total },
  ],
  tables: () => new Map(),
  record: (tape, { total }, options) => {
    tape.record({
      operation,
      inputs: [],
      outputs: [],
      attributes: { ...options, total },
      path: 'optimizer',
    });
  },
  numbers: (t, { beta1, beta2 }) => ({ biasCorrection1: 1 - beta1 ** t, biasCorrection2: 1 - beta2 ** t }),
};
