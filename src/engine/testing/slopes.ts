// Test-only: the small model of a family on a backend, its loss and its gradient along a direction in all that is trained, against central
// differences of the loss in float64. For what no library gives numbers of (masks that are drawn), and for backends in float32.
import { expect } from 'vitest';
import { idleStep } from '../../shaders/lib/step.ts';
import { ulpBound } from '../../shaders/testing/tolerance.ts';
import { makeBatch } from '../data/batches.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import { MICRO_BATCHES_AT, metricsLength } from '../torch/ops/metrics.ts';
import type { Backend } from '../training/backends/backend.ts';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { recordEvaluation, recordTraining } from '../training/recordTraining.ts';
import { BOUNDS } from './agreement.ts';
import { goldenFamilies } from './familyCases.ts';
import { openTiny } from './tinyLlama.ts';

const examples = goldenFamilies.batch.input_ids.map((ids, row) => ({
  ids: ids.slice(0, 11),
  labels: (goldenFamilies.batch.labels[row] ?? []).slice(0, 11),
  truncated: [],
}));

export interface SlopeRun {
  readonly family: string;
  readonly seed?: number;
  /** Fields of the family's config.json that differ. */
  readonly config?: object;
  readonly patch?: RecipePatch;
}

const oracle = (): Backend => new CpuBackend({ precision: 'float64' });

/** The family's small model, and its loss and gradients. */
export async function openSlope(
  { family, seed = 1, config: differs = {}, patch = {} }: SlopeRun,
  backend: Backend = oracle(),
) {
  const found = goldenFamilies.cases.find(({ name }) => name === family);
  if (!found) throw new Error(`no golden of ${family}`);
  const step = {
    ...found,
    tied: found.config.tie_word_embeddings ?? !found.base.some(({ name }) => name === 'lm_head.weight'),
    base: 'f32',
    batch: goldenFamilies.batch,
    baseTensors: found.base,
    loraTensors: patch['peft.peft_type'] === undefined ? found.lora : [],
  };
  const opened = await openTiny(backend, { ...found.config, ...differs }, step, {
    'lora.r': 2,
    'lora.lora_alpha': 4,
    'lora.target_modules': 'all-linear',
    ...patch,
  });
  const { config, wired, layout } = opened;
  // Norms near one and biases near zero, no two alike.
  if (step.loraTensors.length === 0)
    for (const { offset, length, part } of layout.tensors)
      backend.write(
        'adapter',
        Float32Array.from(
          { length },
          (_, i) => (part.endsWith('bias') ? 0 : 1) + ((((i + offset) * 37) % 64) - 32) / 256,
        ),
        offset,
      );
  const splits = gradientSplits(layout.total);
  const batch = makeBatch(examples, 0);
  backend.allocate('grads', layout.total * splits);
  backend.allocate('metrics', metricsLength(layout.tensors.length));
  backend.upload('ids', batch.ids);
  backend.upload('labels', batch.labels);
  const trained = recordTraining(wired, config, layout, batch, wired.backwardCall);
  const judged = recordEvaluation(wired, config, layout, batch);
  const [training, evaluation] = await Promise.all(
    [trained, judged].map(({ tape }) => backend.prepare(makePlan(tape, backend.profile))),
  );
  const lossOf = async (which = training, drawn = seed): Promise<number> => {
    if (which)
      await backend.run(which, {
        ...idleStep,
        seed: drawn,
        optimizerStep: 1,
        lossScale: 1 / batch.labelCount,
      });
    const [loss = Number.NaN] = await backend.read('metrics', MICRO_BATCHES_AT, 1);
    return loss;
  };
  /** By place in the adapter. */
  const gradientOf = async (): Promise<Float64Array> => {
    backend.clear('grads');
    await lossOf();
    const partials = await backend.read('grads', 0, layout.total * splits);
    return Float64Array.from({ length: layout.total }, (_, i) => {
      let sum = 0;
      for (let s = 0; s < splits; s++) sum += partials[s * layout.total + i] ?? 0;
      return sum;
    });
  };
  return { backend, layout, lossOf, gradientOf, evaluation };
}

/** The slope by differences in float64, and by the gradient of a backend. */
export async function slopes(run: SlopeRun, backend: Backend = oracle()) {
  const gradients = await (await openSlope(run, backend)).gradientOf();
  const { backend: exact, layout, lossOf } = await openSlope(run);
  const start = await exact.read('adapter', 0, layout.total);
  // Uphill for every number, so that nothing of one is made up for by another's, and as far for those that have no slope.
  const direction = Float32Array.from(gradients, (value, i) => {
    const length = ((i * 7919) % 17) / 32;
    return value < 0 ? -length : length;
  });
  const gradient = gradients.reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0);
  const at = async (factor: number): Promise<number> => {
    exact.write(
      'adapter',
      start.map((value, i) => value + factor * (direction[i] ?? 0)),
    );
    return lossOf();
  };
  const h = 2 ** -10;
  const [far, near, behind, farBehind] = [await at(2 * h), await at(h), await at(-h), await at(-2 * h)];
  // Losses are read as float32: each is off by half its last bit.
  const rounding = (18 * ulpBound(0.5, near)) / (12 * h);
  return { gradient, difference: (8 * (near - behind) - (far - farBehind)) / (12 * h), rounding };
}

export function expectSlope({ gradient, difference, rounding }: Awaited<ReturnType<typeof slopes>>): void {
  expect(gradient).toBeGreaterThan(100 * rounding);
  expect(Math.abs(difference - gradient)).toBeLessThan(BOUNDS.gradient * gradient + rounding);
}
