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
 * `checkpoint(body, input, use_reentrant=True)`: the output requires grad iff the input tensor does; parameters inside
 * do not count. Gives torch's warning when no input does.
 */
export function checkpointReentrant(tape: Tape, input: Value, body: (input: Value) => Value): Value {
  if (!input.requiresGrad)
    tape.warn('UserWarning', NO_INPUT_REQUIRES_GRAD, 'torch.utils.checkpoint.checkpoint');
  const output = tape.withGrad(false, () => body(input));
  if (!tape.gradEnabled || !input.requiresGrad) return output;
  tape.attachEdge(output, 'CheckpointFunctionBackward', [input], (context): (InputGradient | null)[] => {
    const upstream = context.gradOf(0);
    if (!upstream) return [null];
    const detached = tape.leaf(
      `${input.name}.detach()`,
      input.shape,
      { kind: 'alias', of: input, offset: 0 },
      { requiresGrad: true },
    );
    const again = tape.withRole('recompute', () => tape.withGrad(true, () => body(detached)));
    const pending = context.pending(0);
    const grads = runBackward(
      tape,
      [{ value: again, grad: upstream }],
      pending ? new Map([[detached, pending]]) : new Map(),
    );
    const grad = grads.get(detached);
    return [grad ? { grad, fused: pending !== null } : null];
  });
  return output;
}
