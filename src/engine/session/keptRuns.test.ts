// Which runs a session keeps: the one that ends, the one that another takes the place of, the one that is reset; each once, with its answers,
// and the one that goes on stays the same run.
import { expect, it } from 'vitest';
import { memoryFolder, memoryLocks } from '../hub/cache/memoryFolder.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { generationOptions } from '../training/options.ts';
import { Assets } from './assets.ts';
import { RunShelf } from './runShelf.ts';
import { Session } from './session.ts';
import { encodeSnapshot, memoryStore } from './snapshot.ts';
import { decodeSnapshot } from './snapshotDecode.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const row = JSON.stringify({ prompt: 'Hi?', completion: ' Yes.' });
const values = withPatch(preset.values, {
  'train.max_steps': 3,
  'train.per_device_train_batch_size': 1,
  'lora.r': 2,
  'generate.max_new_tokens': 1,
});
const recipe = { ...preset, values, data: { name: 'mine.jsonl', text: row }, prompts: ['Hi?'] };
const edited = { ...recipe, values: withPatch(values, { 'lora.r': 4 }) };
const backend = 'cpu';

function play(roomBytes: number | null = null, store = memoryStore()) {
  const events: Event[] = [];
  const shelf = new RunShelf({ folder: memoryFolder(roomBytes), locks: memoryLocks(), lasts: true });
  const session = new Session({
    assets,
    gpu: null,
    store,
    shelf,
    emit: (event) => events.push(event),
    now: () => events.length,
    breathe: () => Promise.resolve(),
  });
  return { session, shelf, events, store };
}

it('keeps a run that ended, with its answers, once', async () => {
  const { session, shelf } = play();
  await session.handle({ type: 'train', recipe, backend });
  const [run, ...more] = await shelf.list();
  expect(more).toEqual([]);
  expect(run).toMatchObject({ step: 3, totalSteps: 3, rowsName: 'mine.jsonl', device: 'cpu' });
  expect(run?.before.map(({ prompt }) => prompt)).toEqual(['Hi?']);
  expect(run?.after.map(({ prompt, step }) => [prompt, step])).toEqual([['Hi?', 3]]);
  await session.handle({ type: 'train', recipe, backend });
  expect((await shelf.list()).length).toBe(2);
});

it('keeps a run as it was told to, and as itself when it goes on', async () => {
  const { session, shelf, store } = play();
  const as = { id: '00112233445566aa', name: 'r 2' };
  await session.handle({ type: 'step', recipe, backend });
  await session.handle({ type: 'train', recipe: edited, backend, as });
  const first = await shelf.list();
  expect(first.map(({ id, name }) => [id === as.id, name])).toContainEqual([true, 'r 2']);
  expect(first.length).toBe(2);
  // Another visit finds nothing saved of the run that it is to go on with, and begins it under its name.
  const later = play(null, store);
  const other = { id: '00112233445566bb', name: 'again' };
  await later.session.handle({ type: 'resume', recipe, until: null, backend, as: other });
  expect((await later.shelf.list()).map(({ id, name }) => [id, name])).toContainEqual([other.id, 'again']);
});

it('keeps a run that another one takes the place of', async () => {
  const { session, shelf } = play();
  await session.handle({ type: 'step', recipe, backend });
  expect(await shelf.list()).toEqual([]);
  await session.handle({ type: 'step', recipe: edited, backend });
  expect((await shelf.list()).map((run) => [run.step, run.recipe.values['lora.r']])).toEqual([[1, 2]]);
});

it('keeps a run that is reset, and one that an earlier visit left', async () => {
  const first = play();
  await first.session.handle({ type: 'step', recipe, backend });
  await first.session.handle({ type: 'reset' });
  expect((await first.shelf.list()).map(({ step }) => step)).toEqual([1]);

  const left = play();
  await left.session.handle({ type: 'step', recipe, backend });
  const next = play(null, left.store);
  await next.session.handle({ type: 'step', recipe: edited, backend });
  expect((await next.shelf.list()).map(({ step }) => step)).toEqual([1]);
});

it('is the same run when it goes on', async () => {
  const { session, shelf, events } = play();
  await session.handle({ type: 'step', recipe, backend });
  await session.handle({ type: 'reset' });
  const [kept] = await shelf.list();
  const file = new Blob([await shelf.take(kept?.id ?? '')]);
  await session.handle({ type: 'open-run', file });
  await session.handle({ type: 'resume', recipe: null, until: null, backend });
  expect((await shelf.list()).map(({ id, step }) => [id, step])).toEqual([[kept?.id, 3]]);
  expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
});

it('hands out what there is no room to keep', async () => {
  const { session, events } = play(100);
  await session.handle({ type: 'step', recipe, backend });
  await session.handle({ type: 'step', recipe: edited, backend });
  const told = events.flatMap((event) => (event.type === 'run-shelved' ? [event] : []));
  expect(told.map(({ error }) => error?.code)).toEqual(['save-full']);
  expect(told[0]?.run?.size).toBeGreaterThan(100);
});

it('keeps the answers of all askings, and tells them again where the run is taken up', async () => {
  const { session, shelf } = play();
  const generation = generationOptions(values);
  await session.handle({ type: 'watch', watch: { every: 1, prompts: ['Hi?'], generation } });
  await session.handle({ type: 'train', recipe, backend });
  const [run] = await shelf.list();
  const steps = run?.said.map(({ step }) => step) ?? [];
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.at(-1)).toBe(3);

  const other = play();
  const file = new Blob([await shelf.take(run?.id ?? '')]);
  await other.session.handle({ type: 'open-run', file });
  await other.session.handle({ type: 'resume', recipe: null, until: 3, backend });
  const told = other.events.flatMap((event) =>
    event.type === 'answer' && event.side === 'after' ? [[event.index, event.step, event.text]] : [],
  );
  expect(told.slice(0, steps.length)).toEqual(run?.said.map(({ step, text }) => [0, step, text]));
  // A run that another page kept has the last answers alone.
  const snapshot = decodeSnapshot(new Uint8Array(await file.arrayBuffer()));
  if (snapshot.note === undefined) throw new Error('no note');
  const { said: _, ...note } = snapshot.note;
  await shelf.bring(encodeSnapshot({ ...snapshot, note: { ...note, id: 'fedcba9876543210' } }));
  const brought = (await shelf.list()).find(({ id }) => id === 'fedcba9876543210');
  expect(brought?.said).toEqual(brought?.after);
});
