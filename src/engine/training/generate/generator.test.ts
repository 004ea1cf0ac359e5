// Prompts in chunks as long as a training row: fewer passes than in the smallest chunks, and the same scores, bit for bit.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { embeddedTrainer } from '../../testing/embedded.ts';
import { steadyClock } from '../../testing/steadyClock.ts';
import { CpuBackend } from '../backends/cpuBackend.ts';
import { Generator } from './generator.ts';

const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

it('reads a prompt in few passes', async () => {
  const backend = new CpuBackend({ precision: 'float32' });
  const { trainer, files, wired } = await embeddedTrainer(backend, rows, { 'train.max_steps': 1 });
  const { config, tokenizer, stopIds } = files;
  const inputs = { backend, config, model: wired, layout: trainer.layout, tokenizer, stopIds };
  const ids = Array.from({ length: 44 }, (_, i) => 20 + i);
  const read = async (rowTokens: number) => {
    const generator = new Generator({ ...inputs, rowTokens, now: steadyClock() });
    const before = backend.counters.submits;
    const scores = await generator.prefill(ids, true);
    return { passes: backend.counters.submits - before, scores };
  };
  const small = await read(16);
  // 32 tokens, then the eleven before the last one in a chunk of 16, then the last one.
  const wide = await read(34);
  // All before the last one, padded by five.
  const whole = await read(48);
  expect([small.passes, wide.passes, whole.passes]).toEqual([4, 3, 2]);
  expect(wide.scores).toEqual(small.scores);
  expect(whole.scores).toEqual(small.scores);
});
