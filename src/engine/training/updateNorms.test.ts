// The norm of the last update, worked out from what AdamW left, against the difference of two states of a real run.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { embeddedTrainer } from '../testing/embedded.ts';
import { CpuBackend } from './backends/cpuBackend.ts';

it('equals the distance between the adapters before and after a step', { timeout: 60_000 }, async () => {
  const rows = readFileSync('tools/golden/rows.jsonl', 'utf8');
  const { trainer } = await embeddedTrainer(new CpuBackend({ precision: 'float32' }), rows, {
    'train.max_steps': 4,
    'train.weight_decay': 0.1,
    'train.warmup_steps': 0,
  });
  expect(await trainer.updateNorms()).toEqual(trainer.layout.tensors.map(() => 0));
  for (let step = 0; step < 3; step++) {
    const before = await trainer.state();
    await trainer.next();
    const after = await trainer.state();
    const norms = await trainer.updateNorms();
    for (const [i, { offset, length }] of trainer.layout.tensors.entries()) {
      let sum = 0;
      for (let at = offset; at < offset + length; at++)
        sum += ((after.adapter[at] ?? 0) - (before.adapter[at] ?? 0)) ** 2;
      // Adapters are float32: a difference of two of them has an error of a few units in their last place.
      expect(Math.abs((norms[i] ?? 0) - Math.sqrt(sum))).toBeLessThan(1e-4 * Math.sqrt(sum) + 1e-6);
    }
  }
});
