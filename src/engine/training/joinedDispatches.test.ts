// Steps with the dispatches that a GPU with many lanes is expected to run, neighbours made one, and with those of an adapter that interprets, against
// those of the portable variants, by the kernels' references.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { F32_ROUNDOFF } from '../../shaders/testing/tolerance.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { embeddedModel } from '../models/modelFiles.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { openRandomFamily } from '../testing/randomFamily.ts';
import { trainerOf } from '../testing/trainerOf.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import type { Variants } from './backends/variants.ts';
import { gpuVariants, portableVariants } from './backends/variants.ts';
import type { TrainedStep } from './metrics.ts';

const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

interface Steps {
  readonly made: readonly TrainedStep[];
  /** That ran, by name. */
  readonly kernels: readonly string[];
}

/** Steps in float64 by the references of the kernels that such a device runs. */
async function steps(files: ModelFiles, variants: Variants, patch: RecipePatch): Promise<Steps> {
  const profile = { ...variants, maxBindingBytes: 2 ** 31 };
  const backend = Object.assign(new CpuBackend({ precision: 'float64', now: () => 0 }), { profile });
  const values = withPatch(defaultValues, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    'train.learning_rate': 0.005,
    ...patch,
  });
  const { trainer } = await trainerOf(backend, files, rows, values);
  const made: TrainedStep[] = [];
  while (!trainer.finished) made.push(await trainer.next());
  return { made, kernels: [...(await backend.timings()).keys()] };
}

/** `kernels`: that only the variants run. */
async function agree(
  files: ModelFiles,
  patch: RecipePatch,
  variants: Variants,
  kernels: readonly string[],
): Promise<void> {
  const apart = await steps(files, portableVariants, patch);
  const joined = await steps(files, variants, patch);
  expect(joined.kernels).toEqual(expect.arrayContaining([...kernels]));
  expect(apart.kernels.filter((name) => kernels.includes(name))).toEqual([]);
  expect(joined.made).toHaveLength(apart.made.length);
  // What is read back is float32.
  for (const [i, { loss, gradNorm }] of joined.made.entries()) {
    expect(Math.abs(loss / (apart.made[i]?.loss ?? 0) - 1)).toBeLessThan(2 * F32_ROUNDOFF);
    expect(Math.abs(gradNorm / (apart.made[i]?.gradNorm ?? 0) - 1)).toBeLessThan(2 * F32_ROUNDOFF);
  }
}

/** Sums long enough to be split, both ways. */
const wide = { hidden_size: 256, intermediate_size: 320, num_hidden_layers: 2 };
const heads = { num_attention_heads: 4, num_key_value_heads: 2, head_dim: 32 };

const always = ['lora_down_normed', 'lora_grad_parts', 'lora_up_backward_normed', 'lora_up_backward_turned'];
const split = ['rope_parts', 'lora_down_gated_parts'];

it.each<readonly [string, () => Promise<ModelFiles>, RecipePatch, readonly string[]]>([
  // Rows long enough for parts of dk and dv.
  [
    'packed rows',
    () => embeddedModel(readPublic),
    { 'train.packing': 'bfd', 'train.max_length': 128, 'train.max_steps': 1 },
    [...always, 'lora_down_gated'],
  ],
  [
    'a wide llama',
    () => openRandomFamily('llama, llama3 rope', { ...wide, ...heads }),
    { 'lora.lora_dropout': 0.1 },
    [...always, ...split],
  ],
  ['norms of heads', () => openRandomFamily('qwen3'), {}, ['head_norm_turned']],
])('neighbours made one compute what they did apart: %s', async (_, open, patch, kernels) => {
  const files = await open();
  await agree(files, patch, gpuVariants, kernels);
});

it('attention in blocks and wide products compute what rows and narrow ones do', async () => {
  const files = await openRandomFamily('llama, llama3 rope', heads);
  const interpreted: Variants = { ...portableVariants, linear: 'wide', attention: 'block' };
  await agree(files, { 'lora.lora_dropout': 0.1 }, interpreted, [
    'attention_block',
    'attention_block_backward_q',
    'attention_block_backward_kv',
  ]);
});
