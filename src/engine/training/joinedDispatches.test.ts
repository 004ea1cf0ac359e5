// Steps with the dispatches that a GPU with many lanes is expected to run, neighbours made one, against those of the portable variants, by the
// kernels' references.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { F32_ROUNDOFF } from '../../shaders/testing/tolerance.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { embeddedTrainer } from '../testing/embedded.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import type { Variants } from './backends/variants.ts';
import { gpuVariants, portableVariants } from './backends/variants.ts';
import type { TrainedStep } from './metrics.ts';

const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

/** Two steps in float64 by the references of the kernels that such a device runs. */
async function steps(variants: Variants, patch: RecipePatch): Promise<TrainedStep[]> {
  const profile = { ...variants, maxBindingBytes: 2 ** 31 };
  const backend = Object.assign(new CpuBackend({ precision: 'float64' }), { profile });
  const { trainer } = await embeddedTrainer(backend, rows, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    'train.learning_rate': 0.005,
    ...patch,
  });
  const made: TrainedStep[] = [];
  while (!trainer.finished) made.push(await trainer.next());
  return made;
}

it.each<readonly [string, RecipePatch]>([
  ['a row of one document', {}],
  // Long enough for parts of dk and dv.
  ['packed rows', { 'train.packing': 'bfd', 'train.max_length': 256, 'train.max_steps': 1 }],
])('neighbours made one compute what they did apart: %s', async (_, patch) => {
  const [apart, joined] = [await steps(portableVariants, patch), await steps(gpuVariants, patch)];
  expect(joined).toHaveLength(apart.length);
  // What is read back is float32.
  for (const [i, { loss, gradNorm }] of joined.entries()) {
    expect(Math.abs(loss / (apart[i]?.loss ?? 0) - 1)).toBeLessThan(2 * F32_ROUNDOFF);
    expect(Math.abs(gradNorm / (apart[i]?.gradNorm ?? 0) - 1)).toBeLessThan(2 * F32_ROUNDOFF);
  }
});
