// Lion over the flat adapter. Source: bitsandbytes 0.50.2 Lion in 32 bits, which transformers' optim="lion_32bit" makes.
import { call } from '../../../shaders/kernel.ts';
import { lion as kernel } from '../../../shaders/lion/lion.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Optimizer } from './optimizer.ts';

interface Attributes {
  /** Floats of the adapter buffer. */
  readonly total: number;
  readonly beta1: number;
  readonly beta2: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

const operation: Operation<Attributes> = {
  name: 'lion',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { total, beta1, beta2 } }) => [
    call(kernel, {
      buffers: {
        p: buffer('adapter'),
        grads: buffer('grads'),
        m: buffer('lion_m'),
        table: buffer('rates'),
        metrics: buffer('metrics'),
        step: buffer('step'),
      },
      params: { n: total, beta1, one_minus_beta1: 1 - beta1, beta2, one_minus_beta2: 1 - beta2 },
    }),
  ],
  lower: 'kernels',
  flops: ({ attributes }) => 10 * attributes.total,
};

export const lion: Optimizer = {
  state: ({ total }) => [{ name: 'lion_m', floats: total }],
  tables: () => new Map(),
  record: (tape, { total }, { beta1, beta2 }) => {
    tape.record({
      operation,
      inputs: [],
      outputs: [],
      attributes: { total, beta1, beta2 },
      path: 'optimizer',
    });
  },
  numbers: () => ({ biasCorrection1: 1, biasCorrection2: 1 }),
};
