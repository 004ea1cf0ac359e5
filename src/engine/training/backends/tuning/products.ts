// The product that is measured: one NF4 projection with an adapter of rank 8, forward, or forward and back, or the small products of the
// adapter alone, or all of them as a layer has them. Shapes are a small model's, and a large one's where the device is fast.
import { packedBytes } from '../../../../shaders/quant/packing.ts';
import type { Operation } from '../../../torch/autograd/operation.ts';
import type { Tape } from '../../../torch/autograd/tape.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import type { GroupAttributes, LinearAttributes } from '../../../torch/ops/linearGroup.ts';
import { linearBackwardOperation, linearForward } from '../../../torch/ops/linearOperations.ts';
import {
  gradientSplits,
  loraDownOperation,
  loraGradOperation,
  loraUpBackwardOperation,
} from '../../../torch/ops/loraOperations.ts';
import type { TuningBench, Workload } from './tuningBench.ts';

const RANK = 8;
const WEIGHTS = 'weights/tuned';
const SHAPES = { small: { k: 576, out: 576 }, large: { k: 1024, out: 3072 } } as const;

const forward: Operation<LinearAttributes> = { ...linearForward, backward: 'none' };

function groupOf({ k, out }: { readonly k: number; readonly out: number }): GroupAttributes {
  const segment = { start: 0, end: out, rank: RANK, u_column: 0, a_offset: 0, b_offset: RANK * k };
  return {
    k,
    out,
    ru: RANK,
    segments: [{ ...segment, first_block: 0, scale: 1 }],
    weights: WEIGHTS,
    format: 'nf4',
    adapterTotal: RANK * (k + out),
    dropoutRate: 0,
    dropoutStream: 0,
    bias: null,
    table: null,
    overRowNorms: false,
    scaleOf: () => 1,
  };
}

/** `layer`: all products of the small shape, each made of what those before it made, down to the adapter's gradients. */
type Passes = 'forward' | 'both' | 'adapter' | 'layer';

export function productWorkload({ fast }: Pick<TuningBench, 'fast'>, rows: number, passes: Passes): Workload {
  const group = groupOf(fast ? SHAPES.large : SHAPES.small);
  const { k, out, adapterTotal } = group;
  const packed = packedBytes('nf4', [k * out]) / 4;
  const buffers = {
    [WEIGHTS]: packed,
    [`${WEIGHTS}.scales`]: packed,
    adapter: adapterTotal,
    grads: adapterTotal * gradientSplits(adapterTotal),
    x: rows * k,
    dy: rows * out,
  };
  const record = (tape: Tape): readonly Value[] => {
    const given = (buffer: string, shape: readonly number[]): Value =>
      tape.leaf(buffer, shape, { kind: 'persistent', buffer, offset: 0 });
    const [x, dy] = [given('x', [rows, k]), given('dy', [rows, out])];
    const made = <A>(operation: Operation<A>, inputs: readonly Value[], width: number, attributes: A) =>
      tape.record({
        operation,
        inputs,
        outputs: [{ name: operation.name, shape: [rows, width] }],
        attributes,
        path: operation.name,
      });
    if (passes === 'adapter') {
      const u = made(loraDownOperation, [x], RANK, group);
      const du = made(loraUpBackwardOperation, [dy], RANK, group);
      const inputs = [x, ...u, dy, ...du];
      tape.record({ operation: loraGradOperation, inputs, outputs: [], attributes: group, path: 'lora' });
      return [];
    }
    if (passes === 'layer') {
      const attributes = { group, hasResidual: false };
      const u = made(loraDownOperation, [x], RANK, group);
      const y = made(forward, [x, ...u], out, attributes);
      const du = made(loraUpBackwardOperation, y, RANK, group);
      const dx = made(linearBackwardOperation, [...y, ...du], k, attributes);
      const inputs = [x, ...u, ...dx, ...du];
      tape.record({ operation: loraGradOperation, inputs, outputs: [], attributes: group, path: 'lora' });
      return [];
    }
    const tails = [given('x', [rows, RANK]), given('dy', [rows, RANK])] as const;
    const attributes = { group, hasResidual: false };
    const y = made(forward, [x, tails[0]], out, attributes);
    if (passes === 'forward') return y;
    return [...y, ...made(linearBackwardOperation, [dy, tails[1]], k, attributes)];
  };
  return { buffers, record };
}
