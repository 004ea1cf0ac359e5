// Losses of rows: what they add up to, whose they are, that a run's own numbers know nothing of them, and that they give way.
import { describe, expect, it } from 'vitest';
import { sumBound } from '../../shaders/testing/tolerance.ts';
import type { Event, ScoredRow } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { listenedSession } from '../testing/listenedSession.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { Assets } from './assets.ts';
import type { Session } from './session.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const rows = [
  ['Where is the bakery?', 'On Mill Lane.'],
  ['Who works at the inn?', 'Anna does, with her brother.'],
  ['船长在哪里？', '在港口 ⚓️ 🚢。'],
  ['When does the ferry leave?', 'At six.'],
].map(([prompt, completion]) => JSON.stringify({ prompt, completion }));

const recipeOf = (patch: RecipePatch = {}): Recipe => ({
  ...preset,
  prompts: [],
  data: { name: 'mine.jsonl', text: rows.join('\n') },
  values: withPatch(preset.values, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    'train.eval_steps': 2,
    'data.test_size': 0.5,
    'generate.max_new_tokens': 1,
    ...patch,
  }),
});

type Scored = Extract<Event, { type: 'rows-scored' }>;

function listened(on: (event: Event, session: Session) => void = () => {}) {
  const { session, events } = listenedSession({ assets, now: steadyClock() }, on);
  const steps = () => events.flatMap((event) => (event.type === 'step' ? event.metrics : []));
  const told = () => events.filter((event): event is Scored => event.type === 'rows-scored');
  const scored = () => told().flatMap(({ row }) => row ?? []);
  return { session, events, steps, told, scored };
}

const step = (session: Session, recipe: Recipe) => session.handle({ type: 'step', recipe, backend: 'cpu' });
const score = (session: Session, part: 'eval' | 'train' = 'eval', place: number | null = null) =>
  session.handle({ type: 'score-rows', id: 7, part, place });

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe('losses of rows', () => {
  it('have the eval loss for their mean', async () => {
    const recipe = recipeOf();
    const { session, steps, scored, told } = listened();
    await session.handle({ type: 'train', recipe, backend: 'cpu' });
    await score(session);
    expect(scored().map(({ place }) => place)).toEqual([0, 1]);
    expect(told().at(-1)).toMatchObject({ id: 7, done: 2, total: 2, ended: true });
    const evalLoss = steps().at(-1)?.evalLoss ?? Number.NaN;
    // The same sums in another order: at most a row's tokens and the rows.
    expect(Math.abs(mean(scored().map(({ loss }) => loss)) - evalLoss)).toBeLessThan(sumBound(256, evalLoss));
  });

  it.each([
    ['LoRA', {}],
    ['an adapter out of the base', { 'lora.init_lora_weights': 'pissa', 'bnb.bnb_4bit_quant_type': 'none' }],
    ['factors that follow from vectors', { 'peft.peft_type': 'VERA' }],
  ] as const)('change no number of the run: %s', async (_, patch) => {
    const recipe = recipeOf(patch);
    const numbers = async (scores: boolean) => {
      const { session, steps, scored } = listened();
      for (let i = 0; i < 2; i++) {
        await step(session, recipe);
        if (scores && i === 0) await score(session);
      }
      if (scores) expect(scored()).toHaveLength(2);
      return steps().map(({ loss, gradNorm, tensorNorms, evalLoss }) => [
        loss,
        gradNorm,
        evalLoss,
        tensorNorms,
      ]);
    };
    expect(await numbers(true)).toEqual(await numbers(false));
  });

  it('have one base, however long it trained, and come nearer', async () => {
    const recipe = recipeOf({ 'train.learning_rate': 1e-2 });
    const { session, scored } = listened();
    await step(session, recipe);
    await score(session, 'train');
    await step(session, recipe);
    await score(session, 'train');
    const bases = scored().map(({ base }) => base);
    expect(bases.slice(2)).toEqual(bases.slice(0, 2));
    const after = scored().slice(2);
    expect(mean(after.map(({ loss }) => loss))).toBeLessThan(mean(after.map(({ base }) => base)));
  });

  it('open to tokens that have the row’s loss for their mean, each character whole', async () => {
    const recipe = recipeOf();
    const { session, scored } = listened();
    await step(session, recipe);
    await score(session, 'eval');
    await score(session, 'train');
    const places = scored().flatMap((row, i) => (row.text.includes('港口') ? [[i, row.place] as const] : []));
    const [[at, place] = [0, 0]] = places;
    expect(places).toHaveLength(1);
    await score(session, at < 2 ? 'eval' : 'train', place);
    const row = scored().at(-1) as ScoredRow;
    const text = row.shown?.map((one) => one.text).join('') ?? '';
    expect(text).toContain('在港口 ⚓️ 🚢。');
    expect(text).not.toContain('\uFFFD');
    const labelled = row.shown?.filter(({ loss }) => loss !== null) ?? [];
    const tokens = labelled.reduce((sum, one) => sum + one.tokens, 0);
    expect(tokens).toBe(row.labels);
    const sum = labelled.reduce((all, one) => all + (one.loss ?? 0) * one.tokens, 0);
    expect(Math.abs(sum / tokens - row.loss)).toBeLessThan(sumBound(tokens, row.loss));
    expect(row.shown?.filter(({ mask }) => mask === 'ignored').every(({ loss }) => loss === null)).toBe(true);
  });

  it('give way to what is told next, and are refused without a run', async () => {
    const recipe = recipeOf();
    const { session, told, events } = listened((event, own) => {
      if (event.type === 'rows-scored' && event.done === 1) void own.handle({ type: 'pause' });
    });
    await score(session);
    expect(events.map(({ type }) => type)).toContain('rows-unscored');
    await step(session, recipe);
    await score(session);
    expect(told().map(({ done, ended }) => [done, ended])).toEqual([
      [1, false],
      [0, true],
    ]);
    await step(session, recipe);
    expect(events.at(-1)).toMatchObject({ type: 'finished', steps: 2 });
  });
});
