// The adapter of a linear group in a graph: u, du, what they add to the group's two products, and the gradients of A and B. Members without
// one take up no columns of u.
import type { SegmentNumbers } from '../../../shaders/lib/segments.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import { dropped, keptMask } from './dropoutGraph.ts';
import type { GroupAttributes } from './linearGroup.ts';

type Segments = readonly { readonly segment: SegmentNumbers; readonly index: number }[];

const adapted = ({ segments }: GroupAttributes): Segments =>
  segments.flatMap((segment, index) => (segment.rank > 0 ? [{ segment, index }] : []));

const factorA = (to: Lowering, { k }: GroupAttributes, { a_offset, rank }: SegmentNumbers): Tensor =>
  to.part('adapter', a_offset, [rank, k]);
const factorB = (to: Lowering, { start, end, b_offset, rank }: SegmentNumbers): Tensor =>
  to.part('adapter', b_offset, [end - start, rank]);

/** All A of a group, [RU, K]. */
const allOfA = (to: Lowering, group: GroupAttributes): Tensor =>
  to.once(`A of ${group.weights}`, () =>
    to.graph.concat(
      adapted(group).map(({ segment }) => factorA(to, group, segment)),
      0,
    ),
  );

/** s B of each member in its own columns and rows, [OUT, RU]. */
function allOfB(to: Lowering, group: GroupAttributes): Tensor {
  const { graph } = to;
  return to.once(`B of ${group.weights}`, () => {
    const columns = adapted(group).map(({ segment }) => {
      const { start, end, scale, b_offset: offset, rank } = segment;
      const scaled = graph.times(factorB(to, segment), scale);
      if (start === 0 && end === group.out) return scaled;
      const pads = graph.integers([start, 0, group.out - end, 0]);
      return to.once(`B ${offset}×${rank} padded`, () => graph.op('Pad', [scaled, pads]));
    });
    return graph.concat(columns, 1);
  });
}

const drawOf = ({ dropoutRate: rate, dropoutStream }: GroupAttributes, index: number) => ({
  rate,
  stream: dropoutStream + index,
});

/** u [N, RU] = drop(x) Aᵀ */
export function downGraph(to: Lowering, group: GroupAttributes, x: Tensor, rows: number): Tensor {
  const { graph } = to;
  if (group.dropoutRate === 0) return graph.matmulTransposed(x, allOfA(to, group));
  const columns = adapted(group).map(({ segment, index }) =>
    graph.matmulTransposed(
      dropped(to, x, drawOf(group, index), [rows, group.k]),
      factorA(to, group, segment),
    ),
  );
  return graph.concat(columns, 1);
}

/** y [N, OUT] + u (s B)ᵀ */
export const withUpdate = (to: Lowering, group: GroupAttributes, y: Tensor, u: Tensor): Tensor =>
  to.graph.add(y, to.graph.matmulTransposed(u, allOfB(to, group)));

/** du [N, RU] = s dy B */
export const upBackwardGraph = (to: Lowering, group: GroupAttributes, dy: Tensor): Tensor =>
  to.graph.matmul(dy, allOfB(to, group));

/** dx [N, K] + drop(du A) */
export function withUpdateBackward(
  to: Lowering,
  group: GroupAttributes,
  dx: Tensor,
  du: Tensor,
  rows: number,
): Tensor {
  const { graph } = to;
  if (group.dropoutRate === 0) return graph.add(dx, graph.matmul(du, allOfA(to, group)));
  return adapted(group).reduce((sum, { segment, index }) => {
    const { u_column: first, rank } = segment;
    const part = graph.matmul(graph.slice(du, 1, first, first + rank), factorA(to, group, segment));
    return graph.add(sum, graph.mul(part, keptMask(to, drawOf(group, index), [rows, group.k])));
  }, dx);
}

export interface LoraGradTensors {
  readonly x: Tensor;
  readonly u: Tensor;
  readonly dy: Tensor;
  readonly du: Tensor;
  readonly rows: number;
}

/** dA = duᵀ drop(x), dB = s dyᵀ u, member by member. */
export function gradGraph(to: Lowering, group: GroupAttributes, tensors: LoraGradTensors): void {
  const { graph } = to;
  const { x, u, dy, du, rows } = tensors;
  for (const { segment, index } of adapted(group)) {
    const { u_column: first, rank, start, end, scale } = segment;
    const alone = rank === group.ru;
    const columns = (of: Tensor): Tensor => (alone ? of : graph.slice(of, 1, first, first + rank));
    const own = start === 0 && end === group.out ? dy : graph.slice(dy, 1, start, end);
    const input = dropped(to, x, drawOf(group, index), [rows, group.k]);
    to.addGradient(segment.a_offset, graph.transposedMatmul(columns(du), input));
    to.addGradient(segment.b_offset, graph.times(graph.transposedMatmul(own, columns(u)), scale));
  }
}
