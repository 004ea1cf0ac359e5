// loss.backward(): walks the edges in reverse recording order, appends gradient operations, adds up contributions.
// Refuses a loss without grad_fn in PyTorch's words. Source: torch/autograd (engine.cpp, "does not require grad").

import { invariant } from '../../ground/errors.ts';
import { add } from './add.ts';
import { PythonError } from './pythonError.ts';
import type { Tape } from './tape.ts';
import type { GradEdge, Value } from './value.ts';

const ELEMENT_0 = 'element 0 of tensors does not require grad and does not have a grad_fn';

export interface Seed {
  readonly value: Value;
  readonly grad: Value;
}

/** Records the backward pass of a scalar loss. Throws PythonError RuntimeError for a loss without grad_fn. */
export function backward(tape: Tape, loss: Value, call = 'loss.backward()'): void {
  if (!loss.requiresGrad) throw new PythonError('RuntimeError', ELEMENT_0, call);
  const one = tape.leaf('loss.grad', [1], { kind: 'persistent', buffer: 'one', offset: 0 });
  tape.withRole('backward', () =>
    tape.withGrad(false, () => runBackward(tape, [{ value: loss, grad: one }], new Map())),
  );
}

/**
 * Propagates from `seeds`. `pending` holds gradients that already exist for some leaves, so that operations can add to
 * them in passing. Answers the gradients of all leaves reached.
 */
export function runBackward(
  tape: Tape,
  seeds: readonly Seed[],
  pending: ReadonlyMap<Value, Value>,
): Map<Value, Value> {
  const grads = new Map<Value, Value>(pending);
  const queue: GradEdge[] = [];
  const seen = new Set<GradEdge>();
  const push = (edge: GradEdge | null): void => {
    if (!edge || seen.has(edge)) return;
    seen.add(edge);
    const at = queue.findIndex((other) => other.sequence > edge.sequence);
    queue.splice(at < 0 ? queue.length : at, 0, edge);
  };
  for (const { value, grad } of seeds) {
    grads.set(value, grad);
    push(value.edge);
  }
  for (let edge = queue.pop(); edge; edge = queue.pop()) {
    const current = edge;
    const results = current.backward({
      gradOf: (i) => {
        const output = current.outputs[i];
        return (output && grads.get(output)) ?? null;
      },
      needs: (i) => current.inputs[i]?.requiresGrad ?? false,
      pending: (i) => {
        const input = current.inputs[i];
        return (input && grads.get(input)) ?? null;
      },
    });
    results.forEach((result, i) => {
      const input = current.inputs[i];
      if (!result || !input?.requiresGrad) return;
      const before = grads.get(input);
      const total =
        before && !result.fused ? add(tape, before, result.grad, `${input.name}.grad`) : result.grad;
      grads.set(input, total);
      if (!input.edge && input.storage.kind === 'persistent')
        tape.parameterGradients.set(input, { zero: total.zero });
      push(input.edge);
    });
    invariant(results.length === current.inputs.length, 'backward: one gradient an input');
  }
  return grads;
}
