// Dropout in a graph: the mask comes in, drawn by the same generator as everywhere, a byte an element; forward and backward share it.
import { dropoutScale } from '../../../shaders/dropout/dropout.ref.ts';
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Feed, Lowering } from '../autograd/lowering.ts';
import { elementCount } from '../autograd/value.ts';

interface Draw {
  readonly rate: number;
  readonly stream: number;
}

/** What is kept and grown, of a tensor of these sizes: 0 or 1 / (1 - rate). */
export function keptMask(
  to: Lowering,
  { rate, stream }: Draw,
  dims: readonly number[],
  sizes?: Feed['sizes'],
): Tensor {
  const count = elementCount(dims);
  const draw = ({ seed }: StepNumbers): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => (dropoutScale(seed, stream, i, rate) === 0 ? 0 : 1));
  const mask = to.made(`mask ${stream}:${dims.length}`, 'uint8', dims, draw, sizes);
  return to.graph.times(to.graph.cast(mask, 'float'), 1 / (1 - rate));
}

export function dropped(to: Lowering, x: Tensor, draw: Draw, dims: readonly number[]): Tensor {
  return draw.rate === 0 ? x : to.graph.mul(x, keptMask(to, draw, dims));
}
