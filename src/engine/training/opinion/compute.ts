// One side of a second opinion: the tape run on a backend that has the model and the adapter, and what came of it. What a step leaves in a run's
// buffers it leaves too, and every step begins by overwriting that; adapter and optimiser are only read.
import { idleStep } from '../../../shaders/lib/step.ts';
import { methods } from '../../adapters/methods.ts';
import { shapeOf } from '../../data/batches.ts';
import { makePlan } from '../../torch/autograd/plan.ts';
import { Tape } from '../../torch/autograd/tape.ts';
import { gradientSplits } from '../../torch/ops/loraOperations.ts';
import { MICRO_BATCHES_AT } from '../../torch/ops/metrics.ts';
import type { Backend } from '../backends/backend.ts';
import { noiseOf } from '../embeddingNoise.ts';
import { recordReference } from '../recordTraining.ts';
import type { OpinionInputs } from './opinionShapes.ts';
import type { RecordedOpinion } from './recordOpinion.ts';
import { LOGITS } from './recordOpinion.ts';

export interface Side {
  readonly loss: number;
  readonly logits: Float32Array;
  /** By the place of the tensor in the layout. */
  readonly gradients: readonly Float32Array[];
  /** By the place of the tap. */
  readonly taps: readonly Float32Array[];
}

/** Runs a tape once, and lets it go. */
async function once(
  backend: Backend,
  tape: Tape,
  step: Parameters<Backend['run']>[1],
  told: Told,
): Promise<void> {
  const plan = makePlan(tape, backend.profile);
  await backend.compile([plan], told);
  const executable = await backend.prepare(plan);
  try {
    await backend.run(executable, step);
    // What is queued is done before its buffers go.
    await backend.read('metrics', 0, 1, 'save');
  } finally {
    backend.release(executable);
  }
}

export type Told = (done: number, total: number) => void;

/** Gradients by tensor, from the parts that kernels add them up in. */
async function gradientsOf(backend: Backend, { layout }: OpinionInputs): Promise<Float32Array[]> {
  const splits = gradientSplits(layout.total);
  const parts = await backend.read('grads', 0, layout.total * splits, 'save');
  return layout.tensors.map(({ offset, length }) =>
    Float32Array.from({ length }, (_, i) => {
      let sum = 0;
      for (let s = 0; s < splits; s++) sum += parts[s * layout.total + offset + i] ?? 0;
      return sum;
    }),
  );
}

export async function computeSide(
  backend: Backend,
  inputs: OpinionInputs,
  recorded: RecordedOpinion,
  told: Told,
): Promise<Side> {
  const { batch, config, wired, layout, options } = inputs;
  const { tape, stretch, taps } = recorded;
  backend.clear('grads');
  backend.write('ids', batch.ids);
  backend.write('labels', batch.labels);
  if (batch.documents) backend.write('documents', batch.documents);
  if (batch.starts) backend.write('starts', batch.starts);
  const objective = options.loss.preference?.objective;
  if (objective !== undefined && objective !== 'orpo')
    await once(backend, recordReference(wired, config, layout, shapeOf(batch)).tape, idleStep, told);
  const buffers = [{ buffer: LOGITS, length: stretch.rows * config.vocabSize }, ...taps];
  for (const { buffer, length } of buffers) backend.allocate(buffer, length);
  try {
    await once(
      backend,
      tape,
      {
        ...idleStep,
        seed: inputs.seed,
        noise: noiseOf(config, options.noiseAlpha, batch.width),
        lossScale: batch.starts ? 1 : 1 / Math.max(1, batch.labelCount),
      },
      told,
    );
    const [loss = Number.NaN] = await backend.read('metrics', MICRO_BATCHES_AT, 1, 'save');
    const derived = new Tape();
    for (const method of methods)
      method.derived?.recordGradients(derived, layout, gradientSplits(layout.total));
    if (derived.nodes.length > 0) await once(backend, derived, idleStep, told);
    const kept: Float32Array[] = [];
    for (const { buffer, length } of buffers) kept.push(await backend.read(buffer, 0, length, 'save'));
    const [logits = new Float32Array(), ...others] = kept;
    return { loss, logits, gradients: await gradientsOf(backend, inputs), taps: others };
  } finally {
    for (const { buffer } of buffers) backend.free(buffer);
  }
}
