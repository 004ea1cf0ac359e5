// The untouched model before there is a run: it says what a run's own "before" says, the newest question alone, and gives way to a run.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const prompts = ['Where is the bakery?'];

function opened() {
  const events: Event[] = [];
  const session = new Session({
    ...{ assets, gpu: null, store: memoryStore(), now: steadyClock() },
    emit: (event) => events.push(event),
    breathe: () => Promise.resolve(),
  });
  const heard = () => events.filter((event) => event.type === 'untouched');
  return { session, events, heard };
}

it.each(['ships-log', 'element-0'])('says before a run of %s what the run says', async (preset) => {
  const { session, events, heard } = opened();
  const made = recipeOfPreset(await assets.presets(), preset);
  const values = withPatch(made.values, { 'train.max_steps': 1, 'train.use_reentrant': 'false' });
  await session.handle({ type: 'ask-untouched', id: 1, recipe: made, prompts });
  await session.handle({ type: 'train', recipe: { ...made, values, prompts }, backend: 'cpu' });
  const before = events.find((event) => event.type === 'answer' && event.side === 'before' && event.done);
  expect(before?.type === 'answer' && before.text).toMatch(/bakery/);
  expect(heard()).toEqual([
    { type: 'untouched', id: 1, answers: [before?.type === 'answer' && before.text] },
  ]);
});

it('answers the newest question alone, and gives way to a run', async () => {
  const { session, heard } = opened();
  const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
  const first = session.handle({ type: 'ask-untouched', id: 1, recipe, prompts });
  const second = session.handle({ type: 'ask-untouched', id: 2, recipe, prompts });
  await Promise.all([first, second]);
  expect(heard().map(({ id, answers }) => [id, answers === null])).toEqual([
    [1, true],
    [2, false],
  ]);
  const third = session.handle({ type: 'ask-untouched', id: 3, recipe, prompts });
  await session.handle({ type: 'stop' });
  await third;
  expect(heard().at(-1)).toMatchObject({ id: 3, answers: null });
});
