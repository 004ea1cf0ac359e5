// What the norms share in a graph: one over the root of the mean square along an axis, and the way back through it.
import type { Graph, Tensor } from '../autograd/graph.ts';

/** 1 / √(mean(x²) + eps), the axis left with size 1. */
export function rootOverMean(graph: Graph, x: Tensor, axis: number, eps: number): Tensor {
  const squares = graph.mean(graph.mul(x, x), [axis]);
  return graph.op('Reciprocal', [graph.sqrt(graph.plus(squares, eps))]);
}

/** dx of y = x r by x, where r follows from x; g: the gradient of x r. */
export function normBackward(graph: Graph, x: Tensor, r: Tensor, g: Tensor, axis: number): Tensor {
  const normed = graph.mul(x, r);
  const along = graph.mean(graph.mul(g, normed), [axis]);
  return graph.mul(r, graph.sub(g, graph.mul(normed, along)));
}
