// Second opinions through a session: before a run, at rest and after its end, on either backend of the processor; given up; what goes wrong is
// told; and the run afterwards takes the same steps, to the bit, as one that was never asked.
import { describe, expect, it } from 'vitest';
import { fetchDigest } from '../ground/fetching/fetchErrors.ts';
import type { Command, Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { lackingOrt } from '../testing/lackingOrt.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import type { BackendChoice } from '../training/backends/deviceInfo.ts';
import type { OrtSource } from '../training/backends/ort/fetchOrt.ts';
import { fetchOrt } from '../training/backends/ort/fetchOrt.ts';
import { openOrt, whyUnstarted } from '../training/backends/ort/openOrt.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const runtime = await openOrt();
const made = recipeOfPreset(await assets.presets(), 'ships-log');
const patch = {
  'train.max_steps': 2,
  'train.per_device_train_batch_size': 1,
  'train.gradient_accumulation_steps': 1,
  'generate.max_new_tokens': 1,
};
const recipe = { ...made, values: withPatch(made.values, patch), prompts: [] };

function open(backend: BackendChoice, ort: OrtSource = () => Promise.resolve(runtime)) {
  const events: Event[] = [];
  const session = new Session({
    ...{ assets, gpu: null, ort, store: memoryStore(), now: steadyClock() },
    emit: (event) => events.push(event),
    breathe: () => Promise.resolve(),
  });
  return {
    session,
    events,
    step: () => session.handle({ type: 'step', recipe, backend }),
    ask: async (layers = false) => {
      const id = events.length + 1;
      await session.handle({ type: 'second-opinion', id, recipe, backend, layers });
      return events.findLast((event) => event.type === 'opinion' || event.type === 'opinion-failed');
    },
    losses: () => events.flatMap((event) => (event.type === 'step' ? [event.metrics.loss] : [])),
    types: () => new Set(events.map(({ type }) => type)),
  };
}

/** Two steps of a run that nobody asks of. */
async function untouched(backend: BackendChoice): Promise<number[]> {
  const { step, losses } = open(backend);
  await step();
  await step();
  return losses();
}

describe('a second opinion', () => {
  it.each<readonly [BackendChoice, string, string]>([
    ['cpu', 'cpu', 'ort'],
    ['ort', 'ort', 'cpu'],
  ])('of a run on %s', async (backend, ours, theirs) => {
    const { step, ask, losses, types, events } = open(backend);
    const agrees = { type: 'opinion', opinion: { ours, theirs, place: null } };
    expect(await ask()).toMatchObject({ ...agrees, opinion: { ...agrees.opinion, step: 0 } });
    // What was begun for it is no run of the page's.
    expect([...types()].sort()).toEqual(['opinion', 'opinion-progress']);
    await step();
    expect(await ask(true)).toMatchObject({ ...agrees, opinion: { ...agrees.opinion, step: 1 } });
    await step();
    expect(await ask()).toMatchObject({ ...agrees, opinion: { ...agrees.opinion, step: 2 } });
    expect(losses()).toEqual(await untouched(backend));
    expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('is given up for what a person wants done, and by a word', async () => {
    const { session, step, ask, events, losses } = open('cpu');
    await step();
    const asked = ask();
    await session.handle({ type: 'cancel-opinion', id: events.length + 1 } satisfies Command);
    expect(await asked).toMatchObject({ type: 'opinion-failed', error: null });
    const again = ask();
    await step();
    expect(await again).toMatchObject({ type: 'opinion-failed', error: null });
    expect(losses()).toEqual(await untouched('cpu'));
  });

  const refusal = 'Refused to compile WebAssembly: violates the Content Security Policy directive';
  const fragile: OrtSource = () =>
    Promise.resolve({
      Tensor: runtime.Tensor,
      createSession: () => Promise.reject(new Error('std::bad_alloc')),
    });
  const lost = () => Promise.reject(fetchDigest({ name: 'its program', wantedBytes: 2, gotBytes: 1 }));
  const lacking: OrtSource = () => Promise.resolve(lackingOrt(runtime));
  it.each<readonly [string, OrtSource, string, string]>([
    [
      'a policy',
      () => Promise.reject(whyUnstarted(new Error(refusal))),
      'ort-blocked',
      'WebAssembly is not allowed here',
    ],
    ['memory', fragile, 'ort-error', 'in less memory'],
    ['an operator that the build lacks', lacking, 'ort-error', 'lacks an operator that this needs'],
    ['its program, which came otherwise', fetchOrt(lost), 'fetch-digest', 'its program'],
  ])('that fails for %s is told, and the run goes on', async (_, ort, code, words) => {
    const { step, ask, losses } = open('cpu', ort);
    await step();
    const told = await ask();
    expect(told).toMatchObject({ type: 'opinion-failed', error: { code } });
    const { error = null } = told?.type === 'opinion-failed' ? told : {};
    expect(`${error?.message.en} ${error?.remedy.en}`).toContain(words);
    await step();
    expect(losses()).toEqual(await untouched('cpu'));
  });
});
