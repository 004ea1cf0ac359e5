// A decoder's operations as PyTorch runs them, module by module: each projection has an output of its own, an activation and
// the product after it are two, and every module's output is noted. Which edges one leaves is recordModules.ts and
// autogradRecorder.ts.

import { invariant } from '../../ground/errors.ts';
import type { AttentionRequest, Operations, ProjectionGroup } from '../../models/decoder.ts';
import type { Value } from '../../torch/autograd/value.ts';
import { ACTIVATED_GRAD_FN } from '../../torch/ops/activated.ts';
import type { Drop } from '../../torch/ops/dropout.ts';
import type { Activation } from '../../torch/ops/gated.ts';
import { activationGradFn } from '../../torch/ops/gated.ts';
import { dropsOut } from '../../torch/ops/linearGroup.ts';
import type { BatchShape } from '../../torch/recording.ts';
import type { AutogradRecorder } from './autogradRecorder.ts';
import { runModule } from './recordModules.ts';
import { withPrompt } from './recordPrompt.ts';

/** The output of each member of a group. */
type Outputs = readonly Value[];

export class ModuleOperations implements Operations<Outputs> {
  readonly #recorder: AutogradRecorder;
  readonly #batch: BatchShape;

  constructor(recorder: AutogradRecorder, batch: BatchShape) {
    this.#recorder = recorder;
    this.#batch = batch;
  }

  embedding(path: string): Value {
    const { rows, tokens } = this.#batch;
    const ids = this.#recorder.tape.leaf(
      'input_ids',
      [rows * tokens],
      { kind: 'persistent', buffer: 'ids', offset: 0 },
      { dtype: 'int64' },
    );
    return withPrompt(this.#recorder, runModule(this.#recorder, path, ids));
  }

  norm(path: string, x: Value): Value {
    return runModule(this.#recorder, path, x);
  }

  linear(layer: string, [, members]: ProjectionGroup, x: Value): Outputs {
    return members.map((member) => runModule(this.#recorder, `${layer}.${member}`, x));
  }

  attention({ path, qkv, heads, headDim, norms }: AttentionRequest<Outputs>): Value {
    const { rows, tokens } = this.#batch;
    const [q, k, ...others] = qkv;
    // Fused projections come as one and are cut by the module itself.
    const inputs =
      norms && q && k
        ? [runModule(this.#recorder, norms.q, q), runModule(this.#recorder, norms.k, k), ...others]
        : qkv;
    return this.#recorder.apply({
      name: `${path}.context`,
      shape: [rows * tokens, heads * headDim],
      gradFn: 'ViewBackward0',
      inputs,
    });
  }

  gated(path: string, outputs: Outputs, activation: Activation): Value {
    const [gate, up = gate] = outputs;
    invariant(gate && up, `'${path}' wants a gate and what it opens`);
    const [rows = 0, width = 0] = gate.shape;
    // One output holds both side by side.
    const shape = [rows, outputs.length === 1 ? width / 2 : width];
    const recorder = this.#recorder;
    const active = recorder.apply({
      name: path,
      shape,
      gradFn: activationGradFn(activation),
      inputs: [gate],
    });
    this.#note(path, active);
    return recorder.apply({ name: `${path}.gated`, shape, gradFn: 'MulBackward0', inputs: [active, up] });
  }

  activated(path: string, outputs: Outputs): Value {
    const x = only(outputs);
    const active = this.#recorder.apply({
      name: path,
      shape: x.shape,
      gradFn: ACTIVATED_GRAD_FN,
      inputs: [x],
      zero: x.zero,
    });
    this.#note(path, active);
    return active;
  }

  positioned(path: string, x: Value): Value {
    const ids = this.#recorder.tape.leaf(
      'position_ids',
      [x.shape[0] ?? 0],
      { kind: 'persistent', buffer: 'position_ids', offset: 0 },
      { dtype: 'int64' },
    );
    return this.#recorder.sum(`${path}.sum`, x, runModule(this.#recorder, path, ids));
  }

  dropped({ path, rate }: Drop, x: Value): Value {
    const acts = rate > 0 && dropsOut(this.#recorder.recording, path);
    const y = acts
      ? this.#recorder.apply({
          name: path,
          shape: x.shape,
          gradFn: 'NativeDropoutBackward0',
          inputs: [x],
          zero: x.zero,
        })
      : x;
    this.#note(path, y);
    return y;
  }

  droppedOutput(drop: Drop, outputs: Outputs): Outputs {
    return outputs.map((output) => this.dropped(drop, output));
  }

  output(path: string, output: Outputs): Outputs {
    this.#note(path, only(output));
    return output;
  }

  sum(residual: Value, branch: Outputs): Value {
    const added = only(branch);
    return this.#recorder.sum(`${added.name}.sum`, residual, added);
  }

  whole(branch: Outputs): Value {
    return only(branch);
  }

  scaled(path: string, x: Value, _factor: number): Value {
    return this.#recorder.apply({
      name: path,
      shape: x.shape,
      gradFn: 'MulBackward0',
      inputs: [x],
      zero: x.zero,
    });
  }

  plus(path: string, residual: Value, x: Value): Value {
    return this.#recorder.sum(path, residual, x);
  }

  #note(path: string, value: Value): void {
    const { tape, recording } = this.#recorder;
    tape.noteModule(recording.path(path), value);
  }
}

function only([output, ...others]: Outputs): Value {
  invariant(output && others.length === 0, 'a module returns one output');
  return output;
}
