// Test-only: one run whose every step is another session's, each on the backend that is named for it, over one place where runs are saved.
import { expect } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { Assets } from '../session/assets.ts';
import { Session } from '../session/session.ts';
import { memoryStore } from '../session/snapshot.ts';
import type { BackendKind } from '../training/backends/deviceInfo.ts';
import type { OrtRuntime } from '../training/backends/ort/ortBackend.ts';
import type { TuningCache } from '../training/backends/variants.ts';
import { BOUNDS } from './agreement.ts';
import { readPublic } from './embedded.ts';
import { steadyClock } from './steadyClock.ts';

interface Machines {
  readonly gpu: GPU | null;
  readonly ort: OrtRuntime;
  readonly tuning?: TuningCache | null;
}

const assets = new Assets(readPublic);

/** The losses of a run that goes from one of these to the next, a step on each; each session sees the losses before it. */
export async function movedRun(
  way: readonly BackendKind[],
  { gpu, ort, tuning = null }: Machines,
): Promise<number[]> {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'train.max_steps': way.length,
    'train.per_device_train_batch_size': 1,
    // The masks are the same wherever they are drawn.
    'lora.lora_dropout': 0.1,
    'generate.max_new_tokens': 1,
    'train.save_steps': 1,
  });
  const recipe = { ...made, values, prompts: [] };
  const store = memoryStore();
  const losses: number[] = [];
  for (const [step, backend] of way.entries()) {
    const events: Event[] = [];
    const session = new Session({
      ...{ assets, gpu, store, tuning },
      ort: () => Promise.resolve(ort),
      now: steadyClock(),
      emit: (event) => events.push(event),
      breathe: () => Promise.resolve(),
    });
    const of = <T extends Event['type']>(type: T) =>
      events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
    await session.handle(
      step === 0
        ? { type: 'step', recipe, backend }
        : { type: 'resume', recipe: null, until: step + 1, backend },
    );
    expect(of('failed')).toEqual([]);
    expect(of('device').map(({ device }) => device.backend)).toEqual([backend]);
    if (step > 0)
      expect(of('restored').map(({ metrics }) => metrics.map(({ loss }) => loss))).toEqual([losses]);
    losses.push(...of('step').map(({ metrics }) => metrics.loss));
  }
  return losses;
}

/** Whether two runs of the same recipe are the same but for roundings. */
export function expectSameRun(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  for (const [i, loss] of got.entries())
    expect(Math.abs(loss / (want[i] ?? Number.NaN) - 1), `step ${i + 1}`).toBeLessThan(BOUNDS.loss);
}
