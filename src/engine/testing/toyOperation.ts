// Test-only: an operation without kernels, for tests of what is recorded and planned. Its gradient is one more of its kind.
import type { BackwardRule, Operation } from '../torch/autograd/operation.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { Value } from '../torch/autograd/value.ts';

const bare = { name: 'toy', kernels: () => [], lower: 'kernels', flops: () => 1 } as const;

export interface Toy {
  readonly shape?: readonly number[];
  readonly backward?: BackwardRule<null> | 'none';
  readonly effect?: boolean;
  readonly scratch?: readonly number[];
  readonly cheap?: true;
}

/** Every input gets a gradient of its own shape, made from that of the output. */
const passesOn: BackwardRule<null> = ({ node, gradOf, needs, record }) => {
  const upstream = gradOf(0);
  return node.inputs.map((input, i) => {
    if (!upstream || !needs(i)) return null;
    const [grad] = record({
      operation: toy({ backward: 'none' }),
      inputs: [upstream],
      outputs: [{ name: `${input.name}.grad`, shape: input.shape, gradFn: null }],
      attributes: null,
      path: node.path,
    });
    return grad ? { grad, fused: false } : null;
  });
};

function toy({ backward = passesOn, effect, scratch, cheap }: Toy = {}): Operation<null> {
  return {
    ...bare,
    backward,
    ...(effect === undefined ? {} : { effect }),
    ...(scratch ? { scratch: () => scratch } : {}),
    ...(cheap ? { cheap } : {}),
  };
}

/** Records one operation and answers its output. */
export function applied(tape: Tape, name: string, inputs: readonly Value[], options: Toy = {}): Value {
  const [output] = tape.record({
    operation: toy(options),
    inputs,
    outputs: [{ name, shape: options.shape ?? [4], gradFn: 'ToyBackward0' }],
    attributes: null,
    path: name,
  });
  if (!output) throw new Error('toy: no output');
  return output;
}

/** A parameter or an input. */
export const leaf = (tape: Tape, name: string, requiresGrad: boolean): Value =>
  tape.leaf(name, [4], { kind: 'persistent', buffer: name, offset: 0 }, { requiresGrad });
