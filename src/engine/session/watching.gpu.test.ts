// Questions asked while a run trains on a graphics device: its numbers are the same, bit for bit. And what goes before its first step can be stopped.
import { expect, it } from 'vitest';
import { gpuInstance, gpuOrNull } from '../../shaders/testing/gpu.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { portableVariants } from '../training/backends/variants.ts';
import { generationOptions } from '../training/options.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const available = (await gpuOrNull()) !== null;

it.runIf(available)('asking between steps changes no number', async () => {
  const assets = new Assets(readPublic);
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'train.max_steps': 6,
    'train.per_device_train_batch_size': 1,
    'lora.lora_dropout': 0.1,
    'generate.max_new_tokens': 3,
  });
  const recipe = { ...made, values, prompts: ['Where is the mill?', 'Who works at the inn?'] };
  const trained = async (every: number): Promise<readonly Event[]> => {
    const events: Event[] = [];
    const clock = steadyClock();
    const session = new Session({
      ...{ assets, gpu: await gpuInstance(), store: memoryStore() },
      tuning: { load: () => Promise.resolve(portableVariants), save: () => Promise.resolve() },
      emit: (event) => events.push(event),
      now: () => clock() * 10,
      breathe: () => Promise.resolve(),
    });
    const watch = { every, prompts: recipe.prompts, generation: generationOptions(values) };
    await session.handle({ type: 'watch', watch });
    await session.handle({ type: 'train', recipe, backend: 'webgpu' });
    await session.handle({ type: 'reset' });
    return events;
  };
  const numbers = (events: readonly Event[]) =>
    events.flatMap((event) =>
      event.type === 'step'
        ? [[event.metrics.loss, event.metrics.gradNorm, ...event.metrics.tensorNorms]]
        : [],
    );
  const asked = await trained(1);
  const between = asked.filter(
    (event) => event.type === 'answer' && event.side === 'after' && event.step < 6,
  );
  expect(between.length).toBeGreaterThan(3);
  expect(numbers(asked)).toHaveLength(6);
  expect(numbers(asked)).toEqual(numbers(await trained(0)));
});

it.runIf(available).each(['tuning', 'compiling'] as const)(
  'a reset while it is %s gives the run up',
  async (note) => {
    const assets = new Assets(readPublic);
    const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
    const events: Event[] = [];
    const session: Session = new Session({
      ...{ assets, gpu: await gpuInstance(), store: memoryStore(), now: steadyClock(10) },
      tuning: {
        load: () => Promise.resolve(note === 'tuning' ? undefined : portableVariants),
        save: () => Promise.resolve(),
      },
      emit: (event) => {
        events.push(event);
        if (event.type === 'phase' && event.note === note) void session.handle({ type: 'reset' });
      },
      breathe: () => Promise.resolve(),
    });
    await session.handle({ type: 'train', recipe, backend: 'webgpu' });
    const notes = events.flatMap((event) => (event.type === 'phase' ? [event.note] : []));
    expect(notes.filter((one) => one === note).length).toBeLessThan(3);
    expect(notes).toContain('cancelled');
    expect(events.some(({ type }) => type === 'started' || type === 'step')).toBe(false);
  },
);
