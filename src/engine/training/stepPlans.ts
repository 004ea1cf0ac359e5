// The executables of a run, prepared once a shape from what it records (stepTapes.ts).
import { makePlan } from '../torch/autograd/plan.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { Backend, Executable } from './backends/backend.ts';
import type { RecordedBatch } from './recordTraining.ts';
import type { StepTapes } from './stepTapes.ts';

export class StepPlans {
  /** Of one micro-batch, inside decoder layers. */
  layerDispatches = 0;
  readonly #backend: Backend;
  readonly #tapes: StepTapes;
  readonly #executables = new Map<string, Promise<Executable>>();

  constructor(backend: Backend, tapes: StepTapes) {
    this.#backend = backend;
    this.#tapes = tapes;
  }

  /** Throws PythonError when the loss has no grad_fn. */
  record(shape: BatchShape): RecordedBatch {
    return this.#tapes.training(shape);
  }

  training(shape: BatchShape): Promise<Executable> {
    const { profile } = this.#backend;
    return this.#once(`train ${shape.rows}×${shape.tokens}`, () => {
      const plan = makePlan(this.record(shape).tape, profile);
      const inLayers = plan.nodes.filter((node) => node.path.startsWith(this.#tapes.layers));
      this.layerDispatches = inLayers.reduce(
        (sum, node) => sum + node.operation.kernels(node, profile).length,
        0,
      );
      return this.#backend.prepare(plan);
    });
  }

  evaluation(shape: BatchShape): Promise<Executable> {
    return this.#of(`eval ${shape.rows}×${shape.tokens}`, () => this.#tapes.evaluation(shape));
  }

  /** null where the objective has no reference. */
  reference(shape: BatchShape): Promise<Executable> | null {
    if (!this.#tapes.hasReference) return null;
    return this.#of(`reference ${shape.rows}×${shape.tokens}`, () => this.#tapes.reference(shape));
  }

  update(): Promise<Executable> {
    return this.#of('update', () => this.#tapes.update());
  }

  #of(key: string, record: () => Tape): Promise<Executable> {
    return this.#once(key, () => this.#backend.prepare(makePlan(record(), this.#backend.profile)));
  }

  #once(key: string, make: () => Promise<Executable>): Promise<Executable> {
    const made = this.#executables.get(key) ?? make();
    this.#executables.set(key, made);
    return made;
  }
}
