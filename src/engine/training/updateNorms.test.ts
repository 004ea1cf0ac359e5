// The norm of the last update, worked out from what AdamW left, against the difference of two states of a real run.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sumBound } from '../../shaders/testing/tolerance.ts';
import { embeddedTrainer } from '../testing/embedded.ts';
import { CpuBackend } from './backends/cpuBackend.ts';

it('equals the distance between the adapters before and after a step', async () => {
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
      let [sum, size] = [0, 0];
      for (let at = offset; at < offset + length; at++) {
        const [p, q] = [before.adapter[at] ?? 0, after.adapter[at] ?? 0];
        sum += (q - p) ** 2;
        size += (Math.abs(p) + Math.abs(q)) ** 2;
      }
      // Both adapters are rounded to float32, the step's own six operations too: as much as each element's own size.
      expect(Math.abs((norms[i] ?? 0) - Math.sqrt(sum))).toBeLessThanOrEqual(
        sumBound(6, Math.sqrt(size) + Math.sqrt(sum)),
      );
    }
  }
});
