// A run whose learning rate and length are changed while it rests: the steps to come follow, the ones behind stay, and a run of the recipe that
// came of it makes the same losses, bit for bit, also where it goes on from a saved step.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const values = withPatch(preset.values, {
  'train.max_steps': 3,
  'train.per_device_train_batch_size': 1,
  'train.lr_scheduler_type': 'linear',
  'train.warmup_steps': 0,
  'lora.r': 2,
  'generate.max_new_tokens': 1,
});
const row = JSON.stringify({ prompt: 'Hi?', completion: ' Yes.' });
const recipe: Recipe = { ...preset, values, data: { name: 'mine.jsonl', text: row }, prompts: [] };
const backend = 'cpu';

function play(store = memoryStore()) {
  const events: Event[] = [];
  const session = new Session({
    assets,
    gpu: null,
    store,
    emit: (event) => events.push(event),
    now: () => events.length * 1e7,
    breathe: () => Promise.resolve(),
  });
  const steps = () => events.flatMap((event) => (event.type === 'step' ? [event.metrics] : []));
  const recipes = () => events.flatMap((event) => (event.type === 'changed' ? [event.recipe] : []));
  return { session, events, steps, recipes, store };
}

it('follows what is changed while it rests, and a run of its recipe replays it', async () => {
  const first = play();
  await first.session.handle({ type: 'step', recipe, backend });
  await first.session.handle({
    type: 'change',
    patch: { 'train.learning_rate': 2 * values['train.learning_rate'], 'train.max_steps': 5 },
  });
  const [changed] = first.recipes();
  expect(changed?.changes?.map(({ step, key }) => [step, key])).toEqual([
    [1, 'train.learning_rate'],
    [1, 'train.max_steps'],
  ]);
  await first.session.handle({ type: 'train', recipe: changed ?? recipe, backend });
  expect(first.steps()).toHaveLength(5);
  const rates = first.steps().map(({ learningRate }) => learningRate / values['train.learning_rate']);
  const expected = [1, 2 * 0.8, 2 * 0.6, 2 * 0.4, 2 * 0.2];
  for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i] ?? Number.NaN, 10);

  const again = play();
  await again.session.handle({ type: 'train', recipe: changed ?? recipe, backend });
  expect(again.steps().map(({ loss }) => loss)).toEqual(first.steps().map(({ loss }) => loss));

  const part = play();
  await part.session.handle({ type: 'step', recipe: changed ?? recipe, backend });
  await part.session.handle({ type: 'step', recipe: changed ?? recipe, backend });
  const rest = play(part.store);
  await rest.session.handle({ type: 'resume', recipe: null, until: null, backend });
  expect(rest.steps().map(({ loss }) => loss)).toEqual(
    first
      .steps()
      .slice(2)
      .map(({ loss }) => loss),
  );
  expect(rest.events.filter(({ type }) => type === 'failed')).toEqual([]);
});

it('says nothing where there is no run, or nothing changes', async () => {
  const { session, recipes } = play();
  await session.handle({ type: 'change', patch: { 'train.learning_rate': 1e-4 } });
  await session.handle({ type: 'step', recipe, backend });
  await session.handle({ type: 'change', patch: { 'train.learning_rate': values['train.learning_rate'] } });
  expect(recipes()).toEqual([]);
});
