// The operations behind `linear`: one product over [x | u] forward, one over [dy | du] backward. No gradient rules here;
// linear.ts has them.
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { loraDownBackward } from '../../../shaders/lora/lora.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import { frozenGraph } from './frozenGraph.ts';
import type { Operands } from './frozenProduct.ts';
import { backwardCalls, forwardCalls, productScratch } from './frozenProduct.ts';
import type { LinearAttributes } from './linearGroup.ts';
import { withUpdate, withUpdateBackward } from './loraGraph.ts';
import { loraNumbers } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { splitProduct } from './splitProducts.ts';

/** Values of a node as the operands of its product; `tail` only where the adapter rides along. */
function operands(
  node: TapeNode<LinearAttributes>,
  fused: boolean,
): Operands<Value> & { readonly n: number } {
  const { group, hasResidual } = node.attributes;
  const [left] = valueAt(node.inputs, 0);
  const [result] = valueAt(node.outputs, 0);
  const residual = hasResidual ? (node.inputs[1] ?? null) : null;
  const tail = fused && group.ru > 0 ? (node.inputs[hasResidual ? 2 : 1] ?? null) : null;
  return { left, tail, residual, result, n: rowsAndColumns(left).n };
}

function mapped<R>(from: Operands<Value>, to: (value: Value) => R): Operands<R> {
  return {
    left: to(from.left),
    tail: from.tail && to(from.tail),
    residual: from.residual && to(from.residual),
    result: to(from.result),
  };
}

const refOf = (value: Value): Ref => ({ value });

/** Inputs [x, residual?, u?, A…, B…] → y [N, OUT]. */
export const linearForward: Omit<Operation<LinearAttributes>, 'backward'> = {
  name: 'linear',
  scratch: (node, profile) => {
    const { group } = node.attributes;
    return productScratch(group, profile, operands(node, true).n, group.ru, true);
  },
  kernels: (node, profile) => {
    const { group } = node.attributes;
    const from = operands(node, true);
    return forwardCalls(group, profile, from.n, group.ru, mapped(from, refOf));
  },
  // Whoever comes next and can adds the parts up in passing.
  joins: (node, [next, ...after], profile) => {
    const joinsSum = next?.operation.joinsSum;
    if (!joinsSum || next.inputs[0] !== node.outputs[0]) return null;
    const split = splitProduct(linearForward.kernels(node, profile));
    const joined = split && joinsSum(next, after, split.sum, profile);
    return joined && { kernels: [...split.before, ...joined.kernels], taken: joined.taken + 1 };
  },
  lower: (node, to) => {
    const { group } = node.attributes;
    const { left, tail, residual, result } = operands(node, true);
    const product = frozenGraph(to, group).forward(to.read(left));
    const y = tail ? withUpdate(to, group, product, to.read(tail)) : product;
    to.write(result, residual ? to.graph.add(y, to.read(residual)) : y);
  },
  flops: (node) => {
    const { group } = node.attributes;
    return 2 * (node.outputs[0]?.shape[0] ?? 0) * (group.k + group.ru) * group.out;
  },
};

/** With dropout the adapter's part of dx needs its mask, so it comes after the product. */
const ridesAlong = (node: TapeNode<LinearAttributes>): boolean => node.attributes.group.dropoutRate === 0;
/** du where it does not ride along. */
function masked(node: TapeNode<LinearAttributes>): Value | undefined {
  return ridesAlong(node) ? undefined : node.inputs[node.attributes.hasResidual ? 2 : 1];
}

/** Inputs [dy, pending?, du?] → dx [N, K]. */
export const linearBackwardOperation: Operation<LinearAttributes> = {
  name: 'linear_backward',
  backward: 'none',
  scratch: (node, profile) => {
    const { group } = node.attributes;
    const { n, tail } = operands(node, ridesAlong(node));
    return productScratch(group, profile, n, tail ? group.ru : 0, false);
  },
  kernels: (node, profile) => {
    const { group } = node.attributes;
    const from = operands(node, ridesAlong(node));
    const ru = from.tail ? group.ru : 0;
    const calls: KernelCall<Ref>[] = backwardCalls(group, profile, from.n, ru, mapped(from, refOf));
    const du = masked(node);
    if (du === undefined) return calls;
    const buffers: Record<'du' | 'adapter' | 'step' | 'dx', Ref> = {
      du: { value: du },
      adapter: { buffer: 'adapter' },
      step: { buffer: 'step' },
      dx: { value: from.result },
    };
    return [...calls, call(loraDownBackward, { buffers, params: loraNumbers(group, from.n) })];
  },
  lower: (node, to) => {
    const { group } = node.attributes;
    const { left, tail, residual, result, n } = operands(node, true);
    const product = frozenGraph(to, group).backward(to.read(left));
    const dx = tail ? withUpdateBackward(to, group, product, to.read(tail), n) : product;
    to.write(result, residual ? to.graph.add(dx, to.read(residual)) : dx);
  },
  flops: (node) => {
    const { group } = node.attributes;
    return 2 * (node.outputs[0]?.shape[0] ?? 0) * (group.out + group.ru) * group.k;
  },
};
