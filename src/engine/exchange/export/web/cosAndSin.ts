// Cosines and sines in additions and products alone, which every device rounds alike: WGSL's own may be 2⁻¹¹ off within a turn and anything
// beyond it, and builds of ONNX Runtime lack those of doubles. Whole turns are taken off first, in parts so short that their products are exact.
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';

const TURN = 2 * Math.PI;
/** 2π in three parts, two of eight bits: exact for angles of up to 2¹⁶ turns. */
const [FIRST, SECOND] = [201 / 32, 253 / 2 ** 17];
const PARTS = [FIRST, SECOND, TURN - FIRST - SECOND];

/** Of powers of q², the highest first: within 3e-8 for |q| ≤ π / 4. */
const SINE = [1 / 362_880, -1 / 5040, 1 / 120, -1 / 6, 1];
const COSINE = [1 / 40_320, -1 / 720, 1 / 24, -1 / 2, 1];

/** cos and sin of float angles of any shape, within 1e-6. */
export function cosAndSin(graph: Graph, angles: Tensor): readonly [cos: Tensor, sin: Tensor] {
  const turns = graph.op('Floor', [graph.plus(graph.times(angles, 1 / TURN), 0.5)]);
  const rest = PARTS.reduce((left, part) => graph.sub(left, graph.times(turns, part)), angles);
  const quarter = graph.times(rest, 0.25);
  const square = graph.mul(quarter, quarter);
  const series = ([highest = 0, ...lower]: readonly number[]): Tensor =>
    lower.reduce<Tensor>(
      (sum, coefficient, i) =>
        graph.plus(i === 0 ? graph.times(square, highest) : graph.mul(square, sum), coefficient),
      '',
    );
  let [cos, sin] = [series(COSINE), graph.mul(quarter, series(SINE))];
  // Of twice the angle, twice.
  for (let i = 0; i < 2; i++)
    [cos, sin] = [graph.plus(graph.times(graph.mul(sin, sin), -2), 1), graph.times(graph.mul(sin, cos), 2)];
  return [cos, sin];
}
