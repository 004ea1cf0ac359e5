// SmolLM2-135M-Instruct from its Q4_1 GGUF on the GPU against transformers and TRL on the same file (tests/golden/
// smollm2.json, tools/golden/smollm2.py): greedy text, logits, twenty steps of training; and the planned memory.

import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import { tokenizeRows } from '../data/tokenize.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions, wire } from '../python/run/wire.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { goldenSmol, smollm2OrNull } from '../testing/smollm2.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { GpuBackend } from '../training/backends/gpuBackend.ts';
import { estimateCost } from '../training/estimate.ts';
import { Generator } from '../training/generate/generator.ts';
import { trainerOptions } from '../training/options.ts';
import { Trainer } from '../training/trainer.ts';

const gpu = await gpuOrNull();
const model = await smollm2OrNull();
const SETTINGS: RecipePatch = {
  'bnb.bnb_4bit_quant_type': 'none',
  'lora.r': 8,
  'lora.lora_alpha': 16,
  'train.learning_rate': 5e-4,
  'train.max_steps': 20,
  'train.per_device_train_batch_size': 1,
  'train.max_length': 128,
  'train.warmup_steps': 2,
  'train.seed': 42,
};

async function open(files: ModelFiles, patch: RecipePatch = {}) {
  if (!gpu) throw new Error('no adapter');
  const backend = new GpuBackend(gpu.device);
  const values = withPatch(withPatch(defaultValues, SETTINGS), patch);
  await loadWeights(
    files.config,
    await files.weights(),
    { ...weightOptions(values), positions: files.config.maxPositions },
    (name, data) => backend.upload(name, data),
    async () => {},
  );
  const weightFormat = weightFormatsOf(files.config, files.formatOf, weightOptions(values));
  const wired = { ...wire(files.config, values), weightFormat };
  const rows = goldenSmol().rows.map(({ text }) => ({ format: 'text', text }) as const);
  const { examples } = tokenizeRows(rows, files.tokenizer, {
    maxLength: 128,
    completionOnly: true,
    assistantOnly: true,
  });
  const { padId } = files.tokenizer;
  const now = steadyClock();
  const trainer = new Trainer({
    backend,
    config: files.config,
    wired,
    options: trainerOptions(values),
    train: examples,
    test: [],
    padId,
    now,
  });
  await trainer.prepare();
  return { backend, values, wired, trainer };
}

describe.skipIf(!gpu || !model)('SmolLM2 (models/SmolLM2-135M-Instruct.Q4_1.gguf) on the GPU', () => {
  it('answers and scores as transformers does', async () => {
    if (!model) return;
    const { backend, wired, trainer } = await open(model);
    const generator = new Generator({
      backend,
      config: model.config,
      model: wired,
      layout: trainer.layout,
      tokenizer: model.tokenizer,
      stopIds: model.stopIds,
    });
    for (const { prompt, ids, greedy, logits } of goldenSmol().answers) {
      const text = model.tokenizer.render([{ role: 'user', content: prompt }], true).text;
      expect(model.tokenizer.encode(text)).toEqual(ids);
      let scores = await generator.prefill(ids, false);
      const largest = Math.max(...logits.map(([id, want]) => Math.abs((scores[id] ?? Number.NaN) - want)));
      expect(largest).toBeLessThan(BOUNDS.drift);
      const said: number[] = [];
      while (said.length < greedy.length) {
        const next = scores.indexOf(Math.max(...scores));
        said.push(next);
        scores = await generator.advance(next, ids.length + said.length - 1, false);
      }
      expect(said).toEqual(greedy);
    }
  });

  it('trains as SFTTrainer does over 20 steps, within the planned memory', async () => {
    if (!model) return;
    const { backend, values, wired, trainer } = await open(model);
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
