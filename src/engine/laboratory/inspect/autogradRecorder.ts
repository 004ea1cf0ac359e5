// Records on a tape what torch.autograd records: one edge an operation, with requires_grad, grad_fn and which gradients are
// exactly zero at the first step. Edges only, no numbers and no kernels, so it covers parameters that the engine cannot
// train (a full base, embeddings, the head) and answers in milliseconds.

import type { Tape } from '../../torch/autograd/tape.ts';
import type { EdgeContext, InputGradient, Value } from '../../torch/autograd/value.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { Recording } from '../../torch/recording.ts';

export interface Applied {
  readonly name: string;
  readonly shape: readonly number[];
  readonly gradFn: string;
  readonly inputs: readonly Value[];
  /** The result is exactly zero whatever the data (a product with lora_B at its start). */
  readonly zero?: boolean;
  /** The gradient of input i is exactly zero because what it is multiplied with is. */
  readonly zeroGradient?: (input: number) => boolean;
}

export class AutogradRecorder {
  readonly tape: Tape;
  readonly recording: Recording;

  constructor(recording: Recording) {
    this.tape = recording.tape;
    this.recording = recording;
  }

  /** One operation: its output requires grad iff grad mode is on and an input does. */
  apply(request: Applied): Value {
    const { name, shape, gradFn, inputs } = request;
    const output = this.tape.leaf(name, shape, { kind: 'planned' }, { zero: request.zero ?? false });
    if (!this.tape.gradEnabled || !inputs.some((input) => input.requiresGrad)) return output;
    this.tape.attachEdge(output, gradFn, inputs, (context) => this.#gradients(request, context));
    return output;
  }

  #gradients(request: Applied, context: EdgeContext): readonly (InputGradient | null)[] {
    const upstream = context.gradOf(0);
    return request.inputs.map((input, i) => {
      if (!upstream || !context.needs(i)) return null;
      const earlier = context.pending(i);
      const zero = (upstream.zero || (request.zeroGradient?.(i) ?? false)) && (earlier?.zero ?? true);
      return {
        grad: this.tape.leaf(`${input.name}.grad`, input.shape, { kind: 'planned' }, { zero }),
        fused: true,
      };
    });
  }

  /** A parameter as a leaf of the graph; tied weights are one leaf. */
  parameter(parameter: Parameter, name: string): Value {
    return this.recording.parameter(parameter, name, { kind: 'persistent', buffer: name, offset: 0 });
  }

  /** x·Wᵀ [N, out]; with a zero factor the other factor's gradient is zero. */
  product(name: string, x: Value, weight: Value, out: number, gradFn: string): Value {
    return this.apply({
      name,
      shape: [x.shape[0] ?? 0, out],
      gradFn,
      inputs: [x, weight],
      zero: x.zero || weight.zero,
      zeroGradient: (input) => (input === 0 ? weight.zero : x.zero),
    });
  }

  sum(name: string, a: Value, b: Value, gradFn = 'AddBackward0'): Value {
    return this.apply({ name, shape: a.shape, gradFn, inputs: [a, b], zero: a.zero && b.zero });
  }
}
