// Steps on a device whose activations rest in half precision: the same bits twice, and as close to the float64 references of the same plan as roundings
// that fall on the other side allow.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import { F32_ROUNDOFF } from '../../shaders/testing/tolerance.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { openRandomFamily } from '../testing/randomFamily.ts';
import { trainerOf } from '../testing/trainerOf.ts';
import type { Backend } from './backends/backend.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import { GpuBackend } from './backends/gpuBackend.ts';
import type { TrainedStep } from './metrics.ts';

const gpu = await gpuOrNull();
const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

async function steps(backend: Backend, files: ModelFiles): Promise<TrainedStep[]> {
  const values = withPatch(defaultValues, { 'train.max_steps': 3, 'train.per_device_train_batch_size': 2 });
  const { trainer } = await trainerOf(backend, files, rows, values, { halvesFrom: 0 });
  const made: TrainedStep[] = [];
  while (!trainer.finished) made.push(await trainer.next());
  return made;
}

describe.skipIf(!gpu)('activations in half precision on the GPU', () => {
  it('repeats bit for bit and agrees with the references', async () => {
    if (!gpu) return;
    const files = await openRandomFamily('llama, llama3 rope');
    const open = (): GpuBackend => new GpuBackend(gpu.device);
    const [first, second] = [await steps(open(), files), await steps(open(), files)];
    const told = (made: readonly TrainedStep[]): readonly number[] =>
      made.flatMap(({ loss, gradNorm }) => [loss, gradNorm]);
    expect(told(second)).toEqual(told(first));
    const want = await steps(new CpuBackend({ precision: 'float64' }), files);
    // WGSL may round to either neighbour, which is a step of 2^-10; a loss reads none of it.
    for (const [i, { loss, gradNorm }] of first.entries()) {
      expect(Math.abs(gradNorm / (want[i]?.gradNorm ?? 0) - 1)).toBeLessThan(2 ** -10);
      if (i === 0) expect(Math.abs(loss / (want[0]?.loss ?? 0) - 1)).toBeLessThan(32 * F32_ROUNDOFF);
    }
  });
});
