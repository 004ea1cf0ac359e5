// Gradient checkpointing as torch.utils.checkpoint does it: reentrant (the segment runs under no_grad and becomes one
// CheckpointFunctionBackward) and non-reentrant (the graph is kept, what it saved is recomputed).
// Source: torch/utils/checkpoint.py, PyTorch 2.6 to 2.15.
import { invariant } from '../../ground/errors.ts';
import { runBackward } from './backward.ts';
import type { RecomputedSegment, TapeNode } from './operation.ts';
import type { Tape } from './tape.ts';
import type { InputGradient, Value } from './value.ts';

const NO_INPUT_REQUIRES_GRAD = 'None of the inputs have requires_grad=True. Gradients will be None';

/** A non-reentrant segment: its nodes, and after the first read in backward, the recomputed values. */
class Segment implements RecomputedSegment {
  readonly nodes: TapeNode[] = [];
  readonly #tape: Tape;
  #recomputed: Map<Value, Value> | null = null;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  saved(value: Value): Value | undefined {
    if (!this.nodes.some((node) => node.outputs.includes(value))) return undefined;
    this.#recomputed ??= this.#recompute();
    return this.#recomputed.get(value);
  }

  #recompute(): Map<Value, Value> {
    const twins = new Map<Value, Value>();
    for (const node of this.nodes) {
      const outputs = this.#tape.replay(
        node,
        node.inputs.map((input) => twins.get(input) ?? input),
      );
      node.outputs.forEach((output, i) => {
        const twin = outputs[i];
        invariant(twin, 'checkpoint: a recomputed output is missing');
        twins.set(output, twin);
      });
    }
    return twins;
  }
}

/** `checkpoint(body, input, use_reentrant=False)`: parameters alone keep the graph alive. */
export function checkpointNonReentrant(tape: Tape, input: Value, body: (input: Value) => Value): Value {
  return tape.withSegment(new Segment(tape), () => body(input));
}

/**
 * `checkpoint(body, input, use_reentrant=True)`: the output requires grad iff an input tensor does; parameters inside
 * do not count. Gives torch's warning when no input does. `side`: tensors that are passed beside the hidden states.
 */
export function checkpointReentrant(
  tape: Tape,
  input: Value,
  body: (input: Value, side: readonly Value[]) => Value,
  side: readonly Value[] = [],
): Value {
  const inputs = [input, ...side];
  const wanted = inputs.some(({ requiresGrad }) => requiresGrad);
  if (!wanted) tape.warn('UserWarning', NO_INPUT_REQUIRES_GRAD, 'torch.utils.checkpoint.checkpoint');
  const output = tape.withGrad(false, () => body(input, side));
  if (!tape.gradEnabled || !wanted) return output;
  tape.attachEdge(output, 'CheckpointFunctionBackward', inputs, (context): (InputGradient | null)[] => {
    const upstream = context.gradOf(0);
    if (!upstream) return inputs.map(() => null);
    const detached = inputs.map((one) => detach(tape, one));
    const [hidden, ...others] = detached;
    invariant(hidden, 'checkpoint: no input');
    const again = tape.withRole('recompute', () => tape.withGrad(true, () => body(hidden, others)));
    const pending = inputs.map((_, i) => context.pending(i));
    const earlier = detached.flatMap((one, i): [Value, Value][] => {
      const gradient = pending[i];
      return gradient ? [[one, gradient]] : [];
    });
    const grads = runBackward(tape, [{ value: again, grad: upstream }], new Map(earlier));
    return detached.map((one, i) => {
      const grad = grads.get(one);
      return grad ? { grad, fused: pending[i] !== null } : null;
    });
  });
  return output;
}

/** detach_variable: a leaf that requires grad as the input does. */
const detach = (tape: Tape, input: Value): Value =>
  tape.leaf(
    `${input.name}.detach()`,
    input.shape,
    { kind: 'alias', of: input, offset: 0 },
    { requiresGrad: input.requiresGrad },
  );
