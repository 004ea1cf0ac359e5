// Test-only: SmolLM2 on the GPU with a trainer of one row a step, whichever file it comes from.
import type { TestGpu } from '../../shaders/testing/gpu.ts';
import { tokenizeRows } from '../data/tokenize.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions, wire } from '../python/run/wire.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { GpuBackend } from '../training/backends/gpuBackend.ts';
import { Generator } from '../training/generate/generator.ts';
import { trainerOptions } from '../training/options.ts';
import { Trainer } from '../training/trainer.ts';
import { goldenSmol } from './smollm2.ts';
import { steadyClock } from './steadyClock.ts';

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

export async function openSmol(
  { device }: Pick<TestGpu, 'device'>,
  files: ModelFiles,
  patch: RecipePatch = {},
) {
  const backend = new GpuBackend(device);
  const values = withPatch(withPatch(defaultValues, SETTINGS), patch);
  await loadWeights(
    files.config,
    await files.weights(),
    { ...weightOptions(values), positions: files.config.maxPositions },
    backend,
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

type Opened = Awaited<ReturnType<typeof openSmol>>;

/** Scores of the first token after `ids`, and the tokens that are likeliest one after another. */
export async function greedy(
  { backend, wired, trainer }: Opened,
  { config, tokenizer, stopIds }: ModelFiles,
  ids: readonly number[],
  count: number,
): Promise<{ readonly scores: Float32Array; readonly said: readonly number[] }> {
  const generator = new Generator({
    backend,
    config,
    model: wired,
    layout: trainer.layout,
    tokenizer,
    stopIds,
    now: steadyClock(),
  });
  const first = await generator.prefill(ids, false);
  const said: number[] = [];
  let scores = first;
  while (said.length < count) {
    const next = scores.indexOf(Math.max(...scores));
    said.push(next);
    scores = await generator.advance(next, ids.length + said.length - 1, false);
  }
  return { scores: first, said };
}
