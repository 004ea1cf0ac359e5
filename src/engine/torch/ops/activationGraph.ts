// SiLU and GELU (by its tanh approximation) with their slopes, in operators of a graph; whoever multiplies by what is elsewhere.
import type { Graph, Tensor } from '../autograd/graph.ts';

export interface ActivationGraph {
  readonly value: Tensor;
  /** Its derivative, appended when asked for. */
  readonly slope: () => Tensor;
}

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** 0.5 a (1 + t), t = tanh(√(2/π) (a + 0.044715 a³)) */
export function gelu(graph: Graph, a: Tensor): ActivationGraph {
  const squared = graph.mul(a, a);
  const inner = graph.times(graph.mul(a, graph.plus(graph.times(squared, CUBIC), 1)), ROOT);
  const t = graph.op('Tanh', [inner]);
  const half = graph.times(a, 0.5);
  const onePlus = graph.plus(t, 1);
  return {
    value: graph.mul(half, onePlus),
    slope: () => {
      const bend = graph.sub(graph.scalar(1), graph.mul(t, t));
      const growth = graph.times(graph.plus(graph.times(squared, 3 * CUBIC), 1), ROOT);
      return graph.add(graph.times(onePlus, 0.5), graph.mul(graph.mul(half, bend), growth));
    },
  };
}

/** a s, s = 1 / (1 + exp(-a)) */
export function silu(graph: Graph, a: Tensor): ActivationGraph {
  const s = graph.op('Sigmoid', [a]);
  return {
    value: graph.mul(a, s),
    slope: () => graph.mul(s, graph.plus(graph.mul(a, graph.sub(graph.scalar(1), s)), 1)),
  };
}
