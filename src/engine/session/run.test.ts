// A run from a recipe on the CPU: answers, steps, element 0, and the refusals of bad input, each naming the thing.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { generationOptions } from '../training/options.ts';
import { Assets } from './assets.ts';
import { TrainingRun } from './run.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const now = steadyClock();

async function recipe(preset: string, patch: RecipePatch = {}, data?: string): Promise<Recipe> {
  const made = recipeOfPreset(await assets.presets(), preset);
  const values = withPatch(made.values, patch);
  return data === undefined
    ? { ...made, values }
    : { ...made, values, data: { name: 'mine.jsonl', text: data } };
}

async function begin(wanted: Recipe): Promise<{ run: TrainingRun; events: Event[] }> {
  const events: Event[] = [];
  const opened = await openBackend({ gpu: null, choice: 'cpu', now });
  const run = await TrainingRun.begin({
    assets,
    recipe: wanted,
    opened,
    store: memoryStore(),
    emit: (event) => events.push(event),
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  return { run, events };
}

describe('element-0', () => {
  const words = 'element 0 of tensors does not require grad and does not have a grad_fn';
  it('stops at the first backward in PyTorch’s words, after its warning', async () => {
    const events: Event[] = [];
    const session = new Session({
      assets,
      gpu: null,
      store: memoryStore(),
      emit: (event) => events.push(event),
      now,
      breathe: () => Promise.resolve(),
    });
    await session.handle({ type: 'train', recipe: await recipe('element-0'), backend: 'cpu' });
    const warned = events.findIndex(
      (event) =>
        event.type === 'warning' &&
        event.message === 'None of the inputs have requires_grad=True. Gradients will be None',
    );
    const failed = events.findIndex(
      (event) => event.type === 'failed' && event.raisedBy === 'python' && event.error.data.message === words,
    );
    expect(warned).toBeGreaterThanOrEqual(0);
    expect(failed).toBeGreaterThan(warned);
  });
  it.each([
    ['use_reentrant=False', { 'train.use_reentrant': 'false' }],
    ['the hook', { 'wiring.enable_input_require_grads': true }],
  ] as const)('trains with %s', async (_, patch) => {
    const { run } = await begin(await recipe('element-0', { ...patch, 'train.max_steps': 2 }));
    const first = await run.next();
    expect(first.gradNorm).toBeGreaterThan(0);
  });
});

it('begins anew when the paused run had another adapter', async () => {
  const events: Event[] = [];
  const session = new Session({
    assets,
    gpu: null,
    store: memoryStore(),
    emit: (event) => events.push(event),
    now,
    breathe: () => Promise.resolve(),
  });
  const fresh = await recipe('ships-log', { 'train.max_steps': 3, 'generate.max_new_tokens': 1 });
  const stepOf = (wanted: Recipe) => session.handle({ type: 'step', recipe: wanted, backend: 'cpu' });
  await stepOf(fresh);
  expect(events.filter(({ type }) => type === 'step')).toHaveLength(1);
  // Not opened here, so that beginning with it can only fail.
  await stepOf({ ...fresh, adapter: { name: 'mine', digest: 'another' } });
  const last = events.at(-1);
  expect(last?.type === 'failed' && last.error.code).toBe('adapter-missing');
  expect(events.filter(({ type }) => type === 'step')).toHaveLength(1);
});

describe('refusals', () => {
  const row = '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes."}]}';
  it.each([
    ['no rows', {}, ' ', /mine\.jsonl: expected at least one row/],
    ['a broken line', {}, `${row}\n{"messages": oops}`, /line 2: not JSON/],
    ['every label cut away', { 'train.max_length': 8 }, row, /max_length 8 cuts/],
    ['no answer to learn', {}, '{"messages":[{"role":"user","content":"Hi?"}]}', /every label is masked/],
    [
      'a learning rate that is no number',
      { 'train.learning_rate': Number.NaN },
      row,
      /train\.learning_rate: expected a number/,
    ],
    ['a rank above the layer', { 'lora.r': 100 }, row, /lora\.r: expected at most 64.*k_proj/],
    [
      'targets that match nothing',
      { 'lora.target_modules': '["query_key_value"]' },
      row,
      /query_key_value.*not found in the base model/,
    ],
  ] as const)('%s', async (_, patch, data, words) => {
    await expect(recipe('ships-log', patch, data).then(begin)).rejects.toThrow(words);
  });
});

it('splits off rows for evaluation and reports their loss', async () => {
  const { run } = await begin(
    await recipe('ships-log', { 'data.test_size': 0.2, 'train.max_steps': 2, 'train.eval_steps': 1 }),
  );
  const { evalLoss } = await run.next();
  expect(evalLoss).toBeGreaterThan(0);
});

interface GoldenRun {
  readonly base: string;
  readonly greedy: {
    readonly prompt: readonly { readonly content: string }[];
    readonly before: readonly number[];
  };
}

it('answers greedily as transformers does, adapter off', async () => {
  const golden: { readonly runs: readonly GoldenRun[] } = JSON.parse(
    readFileSync('tests/golden/sft-embedded.json', 'utf8'),
  );
  const greedy = golden.runs.find(({ base }) => base === 'nf4')?.greedy;
  const { tokenizer } = await assets.model();
  const { run, events } = await begin(await recipe('ships-log'));
  await run.answers.ask(
    0,
    [greedy?.prompt[0]?.content ?? ''],
    'before',
    generationOptions(run.recipe.values),
  );
  const last = events.at(-1);
  expect(last?.type === 'answer' && last.text).toBe(tokenizer.decode(greedy?.before ?? []));
});

it('answers, trains and is taken home by the recipe’s own chat template', async () => {
  const chatTemplate = `{# ${'long '.repeat(500)}#}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}`;
  const own: Recipe = { ...(await recipe('ships-log', { 'train.max_steps': 1 })), chatTemplate };
  const { run } = await begin(own);
  const { run: plain } = await begin(await recipe('ships-log', { 'train.max_steps': 1 }));
  expect([...(await run.scores('Where?'))]).not.toEqual([...(await plain.scores('Where?'))]);
  const configOf = async (from: TrainingRun, format: 'peft' | 'merged'): Promise<unknown> => {
    const file = (await from.exportAs(format)).find(({ name }) => name === 'tokenizer_config.json');
    return file && JSON.parse(new TextDecoder().decode(file.bytes)).chat_template;
  };
  expect(await configOf(run, 'peft')).toBe(chatTemplate);
  expect(await configOf(run, 'merged')).toBe(chatTemplate);
  // PEFT's own two files and the card, as before.
  expect(await configOf(plain, 'peft')).toBeUndefined();
  const [readme] = (await run.exportAs('peft')).filter(({ name }) => name === 'README.md');
  expect(new TextDecoder().decode(readme?.bytes)).toContain('template=z.');
});
