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
