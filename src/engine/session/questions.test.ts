// Questions that can't be answered are told so, each by an event of its own kind.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import { answer } from './questions.ts';

it('says why the why of a parameter can’t be told', async () => {
  const assets = new Assets(readPublic);
  const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
  const events: Event[] = [];
  const ask = (model?: { name: string; digest: string }) =>
    answer(
      {
        type: 'why',
        id: 3,
        path: 'base_model.model.model.norm',
        recipe: model ? { ...recipe, model } : recipe,
      },
      {
        assets,
        emit: (event) => events.push(event),
        breathe: () => Promise.resolve(),
      },
    );
  await ask({ name: 'mine.gguf', digest: '0123456789abcdef' });
  await ask();
  expect(events).toMatchObject([
    { type: 'why-failed', id: 3, error: { code: 'model-missing' } },
    { type: 'why', id: 3, why: { gradient: 'frozen' } },
  ]);
});

it('weighs runs of a sweep, those of one size once, and tells which can’t be begun', async () => {
  const assets = new Assets(readPublic);
  const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
  const events: Event[] = [];
  const patches = [
    { 'lora.r': 2, 'train.learning_rate': 1e-4 },
    { 'lora.r': 2, 'train.learning_rate': 1e-3 },
    { 'lora.r': 16 },
    { 'lora.r': 100 },
  ];
  await answer(
    { type: 'weigh-runs', id: 5, recipe, patches },
    { assets, emit: (event) => events.push(event), breathe: () => Promise.resolve() },
  );
  const [weighed] = events;
  if (weighed?.type !== 'runs-weighed') throw new Error('not weighed');
  const [small, same, large, none] = weighed.runs;
  expect(same).toBe(small);
  expect(large?.estimate?.memory.adapterBytes).toBeGreaterThan(small?.estimate?.memory.adapterBytes ?? 0);
  expect(none).toMatchObject({ estimate: null, problem: { en: expect.stringContaining('lora.r') } });
});
