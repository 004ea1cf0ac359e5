// The planned peak against what a device then holds for the same run, with and without checkpointing, by the kernels of a software adapter and those of
// a GPU: within a tenth, for a device holds besides what replaying takes.
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { GpuBackend } from '../training/backends/gpuBackend.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { portableVariants } from '../training/backends/variants.ts';
import { Assets } from './assets.ts';
import { TrainingRun } from './run.ts';
import { memoryStore } from './snapshot.ts';

const gpu = await gpuOrNull();
const assets = new Assets(readPublic);
const now = steadyClock();

describe.skipIf(!gpu)('a run on a device', () => {
  it.each([
    ['as it is', 'invocation', false],
    ['checkpointed', 'invocation', true],
    ['by workgroups, checkpointed', 'workgroup', true],
  ] as const)('holds what was planned, %s', async (_, sums, checkpointing) => {
    if (!gpu) return;
    const made = recipeOfPreset(await assets.presets(), 'ships-log');
    const values = withPatch(made.values, {
      'train.max_steps': 1,
      'generate.max_new_tokens': 2,
      'train.gradient_checkpointing': checkpointing,
      'train.use_reentrant': 'false',
    });
    const events: Event[] = [];
    const backend = new GpuBackend(gpu.device, { variants: { ...portableVariants, sums } });
    const run = await TrainingRun.begin({
      ...{ assets, now, recipe: { ...made, values, prompts: ['Where?'] }, store: memoryStore() },
      opened: { ...(await openBackend({ gpu: null, choice: 'cpu', now })), backend },
      cancelled: () => false,
      emit: (event) => events.push(event),
      breathe: () => Promise.resolve(),
    });
    await run.answers.own('before');
    await run.next();
    await run.answers.own('after');
    const planned = events.find((event) => event.type === 'started')?.peakBytes ?? 0;
    expect(planned).toBeGreaterThan(0);
    expect(Math.abs(backend.allocatedBytes() / planned - 1)).toBeLessThan(0.1);
  });
});
