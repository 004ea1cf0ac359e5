// The planned peak is what the run then holds, byte for byte on the CPU, and a step does the work that was told: for every
// objective, with and without checkpointing and packing, and for what a method or an optimiser holds besides.

import { describe, expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { Assets } from './assets.ts';
import { inspectRecipe } from './inspectRecipe.ts';
import { TrainingRun } from './run.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const now = steadyClock();

const turn = (role: string, content: string) => ({ role, content });
const single = ['Where is it?', 'Who is it?', 'What is it?', 'How is it?']
  .map((question) =>
    JSON.stringify({ messages: [turn('user', question), turn('assistant', 'At the mill.')] }),
  )
  .join('\n');
const pair = JSON.stringify({
  prompt: 'Where is it?',
  chosen: 'At the mill.',
  rejected: 'I do not know where it is, nor do you.',
});
const pairs = [pair, pair, pair, pair].join('\n');

/** Counts what is replayed. */
class CountingBackend extends CpuBackend {
  work = { flops: 0, dispatches: 0 };

  override run(...[executable, step]: Parameters<CpuBackend['run']>): Promise<void> {
    const { flops, dispatches } = executable.plan;
    this.work = { flops: this.work.flops + flops, dispatches: this.work.dispatches + dispatches };
    return super.run(executable, step);
  }
}

async function begun(patch: RecipePatch) {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'wiring.stack': 'trl-1.16.0',
    'train.per_device_train_batch_size': 2,
    'train.max_steps': 1,
    'generate.max_new_tokens': 2,
    ...patch,
  });
  const text = values['train.objective'] === 'sft' ? single : pairs;
  const recipe = { ...made, values, data: { name: 'mine.jsonl', text }, prompts: ['Where?'] };
  const events: Event[] = [];
  const backend = new CountingBackend({ precision: 'float32' });
  const opened = { ...(await openBackend({ gpu: null, choice: 'cpu', now })), backend };
  const options = { assets, recipe, opened, store: memoryStore(), now, cancelled: () => false };
  const run = await TrainingRun.begin({
    ...options,
    emit: (event) => events.push(event),
    breathe: () => Promise.resolve(),
  });
  const started = events.find((event) => event.type === 'started');
  const { estimate } = await inspectRecipe(assets, recipe);
  return { run, backend, started, estimate };
}

const bare = new CpuBackend({ precision: 'float32' }).allocatedBytes();

const checkpointed: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' };
const dpo: RecipePatch = { 'train.objective': 'dpo' };
const orpo: RecipePatch = { 'train.objective': 'orpo' };
const cases: readonly (readonly [string, RecipePatch])[] = [
  ['SFT', {}],
  ['SFT, a row at a time', { 'train.per_device_train_batch_size': 1 }],
  ['SFT, checkpointed', checkpointed],
  ['SFT, packed', { 'train.packing': 'bfd', 'train.max_length': 64 }],
  ['SFT, packed and checkpointed', { ...checkpointed, 'train.packing': 'bfd', 'train.max_length': 64 }],
  ['DPO', dpo],
  ['DPO, checkpointed', { ...dpo, ...checkpointed }],
  ['ORPO', orpo],
  ['ORPO, checkpointed', { ...orpo, ...checkpointed }],
  ['DoRA', { 'lora.use_dora': true }],
  ['a copy of the head, Adafactor', { 'lora.modules_to_save': '["lm_head"]', 'train.optim': 'adafactor' }],
];

describe('a run from its start to its last answer', () => {
  it.each(cases)('%s: holds what was planned', async (_, patch) => {
    const { run, backend, started, estimate } = await begun({
      'data.test_size': 0.3,
      'train.eval_steps': 1,
      ...patch,
    });
    await run.answers.own('before');
    await run.next();
    await run.answers.own('after');
    expect(backend.allocatedBytes() - bare).toBe(started?.peakBytes);
    expect(estimate?.memory.peakBytes).toBe(started?.peakBytes);
  });
});

const worked = new Set(['SFT', 'SFT, packed', 'DPO', 'ORPO, checkpointed', 'DoRA']);

describe('a step', () => {
  it.each(cases.filter(([name]) => worked.has(name)))(
    '%s: does the work that was planned',
    async (_, patch) => {
      const { run, backend, estimate } = await begun({ 'train.gradient_accumulation_steps': 2, ...patch });
      backend.work = { flops: 0, dispatches: 0 };
      await run.next();
      expect(backend.work.flops).toBe(estimate?.flopsPerStep);
      expect(backend.work.dispatches).toBe(estimate?.dispatchesPerStep);
    },
  );
});
