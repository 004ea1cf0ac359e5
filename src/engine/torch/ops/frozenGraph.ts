// A frozen group W [OUT, K] in a graph, and the two products with it. Its constants are held in the packed form that an operator decodes to
// the same floats (frozenForms.ts), else decoded once; a copy that trains comes in with the adapter. Adapters are loraGraph.ts's.
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import { bitsAndBytes, decoded, formOf, integers } from './frozenForms.ts';
import type { FrozenGroup } from './frozenProduct.ts';

export interface FrozenGraph {
  /** x [N, K] Wᵀ */
  readonly forward: (x: Tensor) => Tensor;
  /** dy [N, OUT] W */
  readonly backward: (dy: Tensor) => Tensor;
}

const plain = ({ graph }: Lowering, weights: () => Tensor): FrozenGraph => ({
  forward: (x) => graph.matmulTransposed(x, weights()),
  backward: (dy) => graph.matmul(dy, weights()),
});

export function frozenGraph(to: Lowering, group: FrozenGroup): FrozenGraph {
  const { graph } = to;
  const { k, out, weights } = group;
  if (weights === 'adapter') {
    const [copy] = group.segments;
    invariant(copy, 'lowering: a copy without a place');
    return plain(to, () => to.part('adapter', copy.first_block * 64, [out, k]));
  }
  const form = formOf(group, to.options);
  if (form === 'bitsandbytes') {
    const { quants, scales, table, type } = bitsAndBytes(to, group);
    const numbers = { K: k, N: out, block_size: 64, quant_type: type };
    return {
      forward: (x) => graph.op('MatMulBnb4', [x, quants, scales], numbers, 'com.microsoft'),
      // Its other direction (transB = 0) is wrong for any matrix that is not square (onnxruntime 1.30): two codes a byte are looked up.
      backward: (dy) => {
        const pairs = graph.op('Gather', [table(), graph.cast(quants, 'int32')]);
        const blocks = graph.mul(graph.reshape(pairs, [-1, 64]), graph.reshape(scales, [-1, 1]));
        return graph.matmul(dy, graph.reshape(blocks, [out, k]));
      },
    };
  }
  if (form === 'floats') return plain(to, () => decoded(to, group));
  // Decoded where it is used, each time: once for both would keep the floats from the one to the other.
  const parts = integers(to, group, form);
  return plain(to, () => graph.op('DequantizeLinear', parts, { axis: 1, block_size: 32 }));
}
