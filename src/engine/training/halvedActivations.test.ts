// Whole steps whose activations rest in half precision between the passes, against the same in full: the first loss is the same to the bit, for the forward
// pass reads none of them, and the gradients differ by a rounding of 11 bits and no more.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { embeddedModel } from '../models/modelFiles.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import { openRandomFamily } from '../testing/randomFamily.ts';
import { trainerOf } from '../testing/trainerOf.ts';
import type { Backend } from './backends/backend.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import { openOrt } from './backends/ort/openOrt.ts';
import { OrtBackend } from './backends/ort/ortBackend.ts';
import type { Variants } from './backends/variants.ts';
import { gpuVariants, portableVariants } from './backends/variants.ts';

const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

interface Steps {
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  readonly kernels: readonly string[];
}

async function steps(
  family: string | null,
  patch: RecipePatch,
  variants: Variants,
  halvesFrom: number,
): Promise<Steps> {
  const files = family === null ? await embeddedModel(readPublic) : await openRandomFamily(family);
  const profile = { ...variants, maxBindingBytes: 2 ** 31 };
  const backend = Object.assign(new CpuBackend({ precision: 'float64', now: () => 0 }), { profile });
  const values = withPatch(defaultValues, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    'train.learning_rate': 0.002,
    ...patch,
  });
  const { trainer } = await trainerOf(backend, files, rows, values, { halvesFrom });
  const losses: number[] = [];
  const gradNorms: number[] = [];
  while (!trainer.finished) {
    const { loss, gradNorm } = await trainer.next();
    losses.push(loss);
    gradNorms.push(gradNorm);
  }
  return { losses, gradNorms, kernels: [...(await backend.timings()).keys()] };
}

/** Kept values that a layer's backward pass reads, and the layers of the largest of these models. */
const [KEPT, LAYERS] = [7, 6];
/** Each is off by at most 2^-11 of itself, once in a product; errors of either sign add up like a random walk. */
const BOUND = Math.sqrt(KEPT * LAYERS) * 2 ** -11;

async function compares(family: string | null, patch: RecipePatch, variants: Variants): Promise<void> {
  const full = await steps(family, patch, variants, Number.POSITIVE_INFINITY);
  const half = await steps(family, patch, variants, 0);
  expect(full.kernels).not.toContain('to_half');
  expect(half.kernels).toEqual(expect.arrayContaining(['to_half', 'from_half']));
  expect(half.losses[0]).toBe(full.losses[0]);
  for (const [i, norm] of half.gradNorms.entries())
    expect(Math.abs(norm / (full.gradNorms[i] ?? 0) - 1)).toBeLessThan(BOUND);
  expect(half.gradNorms).not.toEqual(full.gradNorms);
  expect(Math.abs((half.losses[1] ?? 0) / (full.losses[1] ?? 0) - 1)).toBeLessThan(BOUND);
}

it.each([...new Map(goldenFamilies.cases.map(({ name }) => [name.split(',')[0] ?? name, name])).values()])(
  'in half between the passes: %s',
  (family) => compares(family, {}, portableVariants),
);

it.each<readonly [string, string | null, RecipePatch]>([
  ['neighbours made one', null, {}],
  ['dropout', 'llama, llama3 rope', { 'lora.lora_dropout': 0.1 }],
  ['DoRA', 'llama, llama3 rope', { 'lora.use_dora': true }],
  ['checkpointing', null, { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' }],
  [
    'reentrant checkpointing',
    null,
    {
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
      'wiring.enable_input_require_grads': true,
    },
  ],
])('in half between the passes, as a GPU runs it: %s', (_, family, patch) =>
  compares(family, patch, gpuVariants),
);

it.each(['llama, llama3 rope', 'qwen3', 'gemma3_text', 'gpt2'])(
  'in half in an ONNX graph: %s',
  async (family) => {
    const files = await openRandomFamily(family);
    const values = withPatch(defaultValues, { 'train.max_steps': 2, 'train.per_device_train_batch_size': 1 });
    const run = async (backend: Backend, halvesFrom: number): Promise<number[]> => {
      const { trainer } = await trainerOf(backend, files, rows, values, { halvesFrom });
      const made: number[] = [];
      while (!trainer.finished) made.push((await trainer.next()).gradNorm);
      return made;
    };
    const runtime = await openOrt();
    const half = await run(new OrtBackend(runtime), 0);
    const full = await run(new OrtBackend(runtime), Number.POSITIVE_INFINITY);
    const want = await run(new CpuBackend({ precision: 'float64' }), 0);
    // A rounding that falls on the other side is a step of 2^-10.
    for (const [i, norm] of half.entries())
      expect(Math.abs(norm / (want[i] ?? 0) - 1)).toBeLessThan(2 ** -10);
    expect(half).not.toEqual(full);
  },
);
