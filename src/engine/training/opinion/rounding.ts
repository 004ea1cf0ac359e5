// How far two right implementations may be apart. Each rounds every operation in an order of its own: a sum of n terms of either sign comes
// off by about u·√n of its size, errors of operations in a row add up as their squares, and both sides have theirs.
// Source: Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis (2019), theorem 2.4: with probability at least
// 1 - 2 exp(-λ²/2) an error stays below λ·u·√n.
import type { TapeNode } from '../../torch/autograd/operation.ts';
import { elementCount } from '../../torch/autograd/value.ts';

/** Unit roundoff of IEEE binary32 and of binary16. */
const FLOAT = 2 ** -24;
const HALF = 2 ** -11;

/** λ: of so many million numbers none is expected beyond it. */
const SURE = 6;

/** Relative bound of what operations in a row leave between two sides. `half`: one of them holds decoded weights as half. */
export function boundOf({ terms, products }: Roundings, half: boolean): number {
  return SURE * (2 * FLOAT * Math.sqrt(terms) + (half ? HALF * Math.sqrt(products) : 0));
}

/** Terms of each sum of a node: its multiply-adds over what it makes; `widest`: no sum of the model is longer. */
function lengthOf(node: TapeNode, widest: number): number {
  const made = Math.max(1, ...node.outputs.map(({ shape }) => elementCount(shape)));
  return Math.max(1, Math.min(widest, node.operation.flops(node) / (2 * made)));
}

/** Frozen weights that an operation multiplies by: what it is recorded with names them. */
const hasWeights = ({ attributes }: TapeNode): boolean =>
  typeof attributes === 'object' && attributes !== null && 'weights' in attributes;

export interface Roundings {
  /** Lengths of sums, added up. */
  readonly terms: number;
  /** Products with frozen weights. */
  readonly products: number;
}

/** Roundings up to and with each node of a tape. */
export function roundingsOf(nodes: readonly TapeNode[], widest: number): Roundings[] {
  let [terms, products] = [0, 0];
  return nodes.map((node) => {
    terms += lengthOf(node, widest);
    if (hasWeights(node)) products += 1;
    return { terms, products };
  });
}
