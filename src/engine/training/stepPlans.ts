// The executables of a run, prepared once a shape from what it records (stepTapes.ts).
import type { Plan } from '../torch/autograd/plan.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { Backend, Executable } from './backends/backend.ts';
import type { RecordedBatch } from './recordTraining.ts';
import type { StepTapes } from './stepTapes.ts';

const UPDATE = 'update';
const trainingOf = ({ rows, tokens }: BatchShape): string => `train ${rows}×${tokens}`;
const referenceOf = ({ rows, tokens }: BatchShape): string => `reference ${rows}×${tokens}`;

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

  /** Makes everything that a step of this shape takes, its kernels compiled at once; tells how many of how many are. */
  async first(shape: BatchShape, told: (done: number, total: number) => void): Promise<void> {
    const { profile } = this.#backend;
    const plans: [key: string, plan: Plan][] = [
      [trainingOf(shape), this.#trainingPlan(shape)],
      [UPDATE, makePlan(this.#tapes.update(), profile)],
    ];
    if (this.#tapes.hasReference)
      plans.push([referenceOf(shape), makePlan(this.#tapes.reference(shape), profile)]);
    await this.#backend.compile(
      plans.map(([, plan]) => plan),
      told,
    );
    for (const [key, plan] of plans) await this.#once(key, () => this.#backend.prepare(plan));
  }

  training(shape: BatchShape): Promise<Executable> {
    return this.#once(trainingOf(shape), () => this.#backend.prepare(this.#trainingPlan(shape)));
  }

  #trainingPlan(shape: BatchShape): Plan {
    const { profile } = this.#backend;
    const plan = makePlan(this.record(shape).tape, profile);
    const inLayers = plan.nodes.filter((node) => node.path.startsWith(this.#tapes.layers));
    this.layerDispatches = inLayers.reduce(
      (sum, node) => sum + node.operation.kernels(node, profile).length,
      0,
    );
    return plan;
  }

  evaluation(shape: BatchShape): Promise<Executable> {
    return this.#of(`eval ${shape.rows}×${shape.tokens}`, () => this.#tapes.evaluation(shape));
  }

  /** null where the objective has no reference. */
  reference(shape: BatchShape): Promise<Executable> | null {
    if (!this.#tapes.hasReference) return null;
    return this.#of(referenceOf(shape), () => this.#tapes.reference(shape));
  }

  update(): Promise<Executable> {
    return this.#of(UPDATE, () => this.#tapes.update());
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
