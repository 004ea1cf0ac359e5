// SmolLM2-135M-Instruct from its Q4_1 GGUF on the GPU against transformers and TRL on the same file (tests/golden/
// smollm2.json, tools/golden/smollm2.py): greedy text, logits, twenty steps of training; and the planned memory.

import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import { wire } from '../python/run/wire.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { goldenSmol, smollm2OrNull } from '../testing/smollm2.ts';
import { greedy, openSmol } from '../testing/smollm2Run.ts';
import { estimateCost } from '../training/estimate.ts';
import { trainerOptions } from '../training/options.ts';

const gpu = await gpuOrNull();
const model = await smollm2OrNull();
describe.skipIf(!gpu || !model)('SmolLM2 (models/SmolLM2-135M-Instruct.Q4_1.gguf) on the GPU', () => {
  it('answers and scores as transformers does', async () => {
    if (!gpu || !model) return;
    const opened = await openSmol(gpu, model);
    for (const { prompt, ids, greedy: wanted, logits } of goldenSmol().answers) {
      const text = model.tokenizer.render([{ role: 'user', content: prompt }], true).text;
      expect(model.tokenizer.encode(text)).toEqual(ids);
      const { scores, said } = await greedy(opened, model, ids, wanted.length);
      const largest = Math.max(...logits.map(([id, want]) => Math.abs((scores[id] ?? Number.NaN) - want)));
      expect(largest).toBeLessThan(BOUNDS.drift);
      expect(said).toEqual(wanted);
    }
  });

  it('trains as SFTTrainer does over 20 steps, within the planned memory', async () => {
    if (!gpu || !model) return;
    const { backend, values, wired, trainer } = await openSmol(gpu, model);
    for (const want of goldenSmol().steps) {
      const got = await trainer.next();
      const relative = Math.abs(got.loss - want.loss) / want.loss;
      expect(relative, `loss of step ${got.step}`).toBeLessThan(BOUNDS.drift);
      expect(Math.abs(got.learningRate / want.learning_rate - 1)).toBeLessThan(BOUNDS.learningRate);
    }
    const largest = {
      train: { rows: values['train.per_device_train_batch_size'], tokens: 128 },
      test: null,
      microBatches: 1,
    };
    const inputs = {
      config: model.config,
      options: trainerOptions(values),
      largest,
      steps: 20,
      profile: backend.profile,
    };
    const memory = estimateCost({ ...inputs, wired })?.memory;
    const checkpointed = wire(model.config, {
      ...values,
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'false',
    });
    const weightFormat = wired.weightFormat;
    const less = estimateCost({ ...inputs, wired: { ...checkpointed, weightFormat } })?.memory;
    expect(memory?.peakBytes).toBeLessThan(400 * 2 ** 20);
    expect(less?.peakBytes).toBeLessThan(0.8 * (memory?.peakBytes ?? 0));
  });
});
