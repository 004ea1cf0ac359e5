// What is GPT-2's own while it is trained: its dropouts, whose masks are the same where the forward pass runs again and gone where nothing is trained, and
// LayerNorms that are tuned. Gradients against central differences in float64: no library draws these masks.
import { describe, expect, it } from 'vitest';
import { idleStep } from '../../shaders/lib/step.ts';
import { ulpBound } from '../../shaders/testing/tolerance.ts';
import { makeBatch } from '../data/batches.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import { openTiny } from '../testing/tinyLlama.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import { MICRO_BATCHES_AT, metricsLength } from '../torch/ops/metrics.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import { recordEvaluation, recordTraining } from './recordTraining.ts';

const [found] = goldenFamilies.cases.filter(({ name }) => name === 'gpt2');
const examples = goldenFamilies.batch.input_ids.map((ids, row) => ({
  ids: ids.slice(0, 11),
  labels: (goldenFamilies.batch.labels[row] ?? []).slice(0, 11),
  truncated: [],
}));

interface Run {
  readonly seed?: number;
  readonly rate?: number;
  readonly patch?: RecipePatch;
}

/** The tiny model on a float64 backend, and its loss and gradients. */
async function tiny({ seed = 1, rate = 0.25, patch = {} }: Run = {}) {
  if (!found) throw new Error('no golden of gpt2');
  const backend = new CpuBackend({ precision: 'float64' });
  const dropouts = { attn_pdrop: rate, embd_pdrop: rate, resid_pdrop: rate };
  const step = {
    ...found,
    tied: true,
    base: 'f32',
    batch: goldenFamilies.batch,
    baseTensors: found.base,
    loraTensors: patch['peft.peft_type'] === undefined ? found.lora : [],
  };
  const opened = await openTiny(backend, { ...found.config, ...dropouts }, step, {
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
  return { backend, layout, splits, lossOf, evaluation };
}

/** Along a direction in all that is trained: the slope by differences, and by the gradient. */
async function slopes(run: Run) {
  const { backend, layout, splits, lossOf } = await tiny(run);
  backend.clear('grads');
  await lossOf();
  const partials = await backend.read('grads', 0, layout.total * splits);
  const start = await backend.read('adapter', 0, layout.total);
  const direction = Float32Array.from({ length: layout.total }, (_, i) => ((i * 7919) % 17) / 16 - 0.5);
  let gradient = 0;
  for (const { offset, length } of layout.tensors)
    for (let i = offset; i < offset + length; i++)
      for (let s = 0; s < splits; s++)
        gradient += (partials[s * layout.total + i] ?? 0) * (direction[i] ?? 0);
  const at = async (factor: number): Promise<number> => {
    backend.write(
      'adapter',
      start.map((value, i) => value + factor * (direction[i] ?? 0)),
    );
    return lossOf();
  };
  const h = 2 ** -8;
  const [far, near, behind, farBehind] = [await at(2 * h), await at(h), await at(-h), await at(-2 * h)];
  // Losses are read as float32: each is off by half its last bit.
  const rounding = (18 * ulpBound(0.5, near)) / (12 * h);
  return { gradient, difference: (8 * (near - behind) - (far - farBehind)) / (12 * h), rounding };
}

function expectSlope({ gradient, difference, rounding }: Awaited<ReturnType<typeof slopes>>): void {
  expect(Math.abs(gradient)).toBeGreaterThan(100 * rounding);
  expect(Math.abs(difference - gradient)).toBeLessThan(BOUNDS.gradient * Math.abs(gradient) + rounding);
}

describe('dropouts of the model', () => {
  it('draw anew for another seed, and not where nothing is trained', async () => {
    const { lossOf, evaluation } = await tiny();
    const [first, again, other] = [await lossOf(), await lossOf(), await lossOf(undefined, 2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const plain = await tiny({ rate: 0 });
    expect(await lossOf(evaluation)).toBe(await plain.lossOf());
    expect(await plain.lossOf(undefined, 2)).toBe(await plain.lossOf());
  });

  it('are the same masks where checkpointing runs a layer again', async () => {
    const patch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' } as const;
    const [plain, checkpointed] = [await tiny(), await tiny({ patch })];
    expect(await checkpointed.lossOf()).toBe(await plain.lossOf());
    const [a, b] = [await slopes({}), await slopes({ patch })];
    expect(b.gradient).toBe(a.gradient);
  });

  it('have the gradient of what they let through', async () => {
    expectSlope(await slopes({}));
  });
});

it('tuned LayerNorms have the gradient of weight and bias', async () => {
  const patch = { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' } as const;
  expectSlope(await slopes({ rate: 0, patch }));
});
