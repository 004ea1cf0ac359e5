// SiLU and GELU (by its tanh approximation) with their slopes, in operators of a graph; whoever multiplies by what is elsewhere.
import type { Graph, Tensor } from '../autograd/graph.ts';

export interface ActivationGraph {
  readonly value: Tensor;
  /** Its derivative, appended when asked for. */
  readonly slope: () => Tensor;
}

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** a s, s = 1 / (1 + exp(-2 z)), z = √(2/π) (a + 0.044715 a³): 0.5 a (1 + tanh z) */
export function gelu(graph: Graph, a: Tensor): ActivationGraph {
  const squared = graph.mul(a, a);
  const doubled = graph.times(graph.mul(a, graph.plus(graph.times(squared, CUBIC), 1)), 2 * ROOT);
  const s = graph.sigmoid(doubled);
  const value = graph.mul(a, s);
  return {
    value,
    slope: () => {
      const growth = graph.times(graph.plus(graph.times(squared, 3 * CUBIC), 1), 2 * ROOT);
      const bend = graph.mul(value, graph.sub(graph.scalar(1), s));
      return graph.add(s, graph.mul(bend, growth));
    },
  };
}

/** a s, s = 1 / (1 + exp(-a)) */
export function silu(graph: Graph, a: Tensor): ActivationGraph {
  const s = graph.sigmoid(a);
  return {
    value: graph.mul(a, s),
    slope: () => graph.mul(s, graph.plus(graph.mul(a, graph.sub(graph.scalar(1), s)), 1)),
  };
}
