// Questions that are asked while a run trains: when, by whose numbers, and that the run's own numbers know nothing of it.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { listenedSession } from '../testing/listenedSession.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import type { Watch } from '../training/generate/watch.ts';
import { isWatched } from '../training/generate/watch.ts';
import { generationOptions } from '../training/options.ts';
import { Assets } from './assets.ts';
import type { Session } from './session.ts';

const assets = new Assets(readPublic);
const steps = 12;

/** Few tokens, and not the same number in every row. */
const rows = ['The inn?', 'The mill?', 'A boat?', 'And the bakery?']
  .map((prompt, i) => JSON.stringify({ prompt, completion: `Aye, ${'captain '.repeat(1 + (i % 3))}!` }))
  .join('\n');

async function recipeOf(patch: RecipePatch = {}): Promise<Recipe> {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const small = { 'train.max_steps': steps, 'train.per_device_train_batch_size': 1 };
  return {
    ...made,
    data: { name: 'mine.jsonl', text: rows },
    prompts: ['Where is the bakery?', 'Who works at the inn?'],
    values: withPatch(made.values, { ...small, 'generate.max_new_tokens': 2, ...patch }),
  };
}

const watchOf = (recipe: Recipe, every: number): Watch => ({
  every,
  prompts: recipe.prompts ?? [],
  generation: generationOptions(recipe.values),
});

type Answer = Extract<Event, { type: 'answer' }>;

/** A session whose events are kept; `on` sees each as it comes. */
function listened(on: (event: Event, session: Session) => void = () => {}) {
  const clock = steadyClock();
  const { session, events } = listenedSession({ assets, now: () => clock() * 10 }, on);
  const done = (side: Answer['side']): readonly Answer[] =>
    events.filter((event): event is Answer => event.type === 'answer' && event.side === side && event.done);
  const numbers = (): readonly unknown[] =>
    events.flatMap((event) =>
      event.type === 'step'
        ? [[event.metrics.loss, event.metrics.gradNorm, ...event.metrics.tensorNorms]]
        : [],
    );
  return { session, events, done, numbers };
}

async function trained(recipe: Recipe, every: number) {
  const heard = listened();
  await heard.session.handle({ type: 'watch', watch: watchOf(recipe, every) });
  await heard.session.handle({ type: 'train', recipe, backend: 'cpu' });
  expect(heard.events.at(-1)?.type).toBe('finished');
  return heard;
}

it('asks every so many steps, and early on a fifth and a half of that', () => {
  const asked = (every: number) =>
    Array.from({ length: 25 }, (_, i) => i + 1).filter((at) => isWatched(at, every));
  expect(asked(10)).toEqual([2, 5, 10, 20]);
  expect(asked(1).length).toBe(25);
  expect(asked(0)).toEqual([]);
});

it.each([
  ['LoRA', {}],
  ['an adapter out of the base', { 'lora.init_lora_weights': 'pissa', 'bnb.bnb_4bit_quant_type': 'none' }],
  ['factors that follow from vectors', { 'peft.peft_type': 'VERA' }],
  ['sampled answers', { 'generate.do_sample': true }],
] as const)('changes no number of the run: %s', async (_, patch) => {
  const recipe = await recipeOf(patch);
  const plain = await trained(recipe, 0);
  const asked = await trained(recipe, 2);
  expect(plain.done('after').every(({ step }) => step === steps)).toBe(true);
  expect(new Set(asked.done('after').map(({ step }) => step)).size).toBeGreaterThan(2);
  expect(asked.numbers()).toEqual(plain.numbers());
  // The closing answers too: nothing is left over in what answers.
  const last = (heard: typeof plain) =>
    heard
      .done('after')
      .filter(({ step }) => step === steps)
      .map(({ text }) => text);
  expect(last(asked)).toEqual(last(plain));
});

it('an answer spread over steps is the one that its own step gives', async () => {
  const recipe = await recipeOf();
  const heard = await trained(recipe, 3);
  const spread = heard.done('after').filter(({ step }) => step === 1);
  expect(spread.map(({ index }) => index)).toEqual([0, 1]);
  const place = heard.events.indexOf(spread[1] ?? (heard.events[0] as Event));
  const stepsBefore = heard.events.slice(0, place).filter(({ type }) => type === 'step').length;
  expect(stepsBefore).toBeGreaterThan(1);
  const rested = listened((event, session) => {
    if (event.type === 'step' && event.metrics.step === 1) void session.handle({ type: 'pause' });
  });
  await rested.session.handle({ type: 'train', recipe, backend: 'cpu' });
  const { prompts = [] } = recipe;
  await rested.session.handle({ type: 'ask', id: 4, recipe, prompts, backend: 'cpu' });
  const asked = rested.done('after').filter(({ id }) => id === 4);
  expect(spread.map(({ text }) => text)).toEqual(asked.map(({ text }) => text));
});

it('a pause asks nothing and drops what was being asked; a step asks nothing', async () => {
  const recipe = await recipeOf();
  const { session, events } = listened((event, own) => {
    if (event.type === 'answer' && event.side === 'after') void own.handle({ type: 'pause' });
  });
  await session.handle({ type: 'watch', watch: watchOf(recipe, 2) });
  await session.handle({ type: 'train', recipe, backend: 'cpu' });
  expect(events.at(-1)).toMatchObject({ type: 'phase', phase: 'paused' });
  expect(events.filter((event) => event.type === 'answer' && event.side === 'after')).toHaveLength(1);
  const count = events.filter(({ type }) => type === 'answer').length;
  await session.handle({ type: 'step', recipe, backend: 'cpu' });
  await session.handle({ type: 'step', recipe, backend: 'cpu' });
  expect(events.filter(({ type }) => type === 'answer')).toHaveLength(count);
});

it('a pause while the untouched model is asked leaves the rest for later', async () => {
  const recipe = await recipeOf({ 'train.max_steps': 1 });
  let paused = false;
  const { session, events, done } = listened((event, own) => {
    if (event.type !== 'answer' || !event.done || paused) return;
    paused = true;
    void own.handle({ type: 'pause' });
  });
  await session.handle({ type: 'train', recipe, backend: 'cpu' });
  expect(events.at(-1)).toMatchObject({ type: 'phase', phase: 'paused', done: 0 });
  expect(done('before').map(({ index }) => index)).toEqual([0]);
  await session.handle({ type: 'train', recipe, backend: 'cpu' });
  expect(done('before').map(({ index }) => index)).toEqual([0, 1]);
  expect(events.at(-1)?.type).toBe('finished');
});

it('other settings of answers are the same run, and both sides are asked by them', async () => {
  const recipe = await recipeOf({ 'train.max_steps': 2 });
  const { session, events, done } = listened();
  await session.handle({ type: 'step', recipe, backend: 'cpu' });
  const other = { ...recipe, values: withPatch(recipe.values, { 'generate.max_new_tokens': 3 }) };
  await session.handle({ type: 'watch', watch: watchOf(other, 0) });
  await session.handle({ type: 'train', recipe: other, backend: 'cpu' });
  expect(events.flatMap((event) => (event.type === 'step' ? [event.metrics.step] : []))).toEqual([1, 2]);
  expect(done('before')).toHaveLength(2);
  expect(done('after')).toHaveLength(2);
});
