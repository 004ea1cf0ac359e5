// Adafactor over the adapter, tensor by tensor: a running mean of g² by row and by column in place of one an element.
// Source: transformers 5.24 optimization.py Adafactor(scale_parameter=False, relative_step=False), as Trainer makes it.
import { adafactor as kernel } from '../../../shaders/adafactor/adafactor.ts';
import { call } from '../../../shaders/kernel.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { AdapterLayout } from '../trainedLayout.ts';
import type { Optimizer } from './optimizer.ts';

const EPS = 1e-30;
const DECAY_RATE = -0.8;

interface Attributes {
  readonly tensors: number;
  readonly total: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

/** Shape of each tensor and its place in the state: rows, then columns; a vector has one entry an element. */
function shapesOf(layout: AdapterLayout): {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly floats: number;
} {
  let floats = 0;
  const words = layout.tensors.flatMap(({ offset, length, parameter: { shape } }) => {
    const columns = shape.length > 1 ? (shape.at(-1) ?? 0) : 0;
    const rows = columns > 0 ? length / columns : length;
    const at = floats;
    floats += rows + columns;
    return [offset, length, rows, columns, at];
  });
  return { words: Uint32Array.from(words), floats };
}

const operation: Operation<Attributes> = {
  name: 'adafactor',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { tensors } }) => [
    call(kernel, {
      buffers: {
        p: buffer('adapter'),
        grads: buffer('grads'),
        squares: buffer('adafactor_squares'),
        shapes: buffer('adafactor_shapes'),
        table: buffer('rates'),
        metrics: buffer('metrics'),
        step: buffer('step'),
      },
      params: { tensors, eps: EPS },
    }),
  ],
  lower: 'kernels',
  flops: ({ attributes }) => 12 * attributes.total,
};

export const adafactor: Optimizer = {
  state: (layout) => [{ name: 'adafactor_squares', floats: Math.max(64, shapesOf(layout).floats) }],
  tables: (layout) => {
    const { words } = shapesOf(layout);
    return new Map([['adafactor_shapes', words.length > 0 ? words : new Uint32Array(5)]]);
  },
  record: (tape, { total, tensors }) => {
    tape.record({
      operation,
      inputs: [],
      outputs: [],
      attributes: { total, tensors: tensors.length },
      path: 'optimizer',
    });
  },
  numbers: (t) => ({ biasCorrection1: 1, biasCorrection2: 1 - t ** DECAY_RATE }),
};
