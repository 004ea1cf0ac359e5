// Methods beyond plain LoRA and their kernels in whole steps on a device, against the CPU backend: the journeys that train by them run on whatever backend is
// quickest.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { embeddedTrainer } from '../testing/embedded.ts';
import type { Backend } from './backends/backend.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import { GpuBackend } from './backends/gpuBackend.ts';
import type { TrainedStep } from './metrics.ts';

const gpu = await gpuOrNull();
const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');
const pairs = readFileSync('public/presets/better-answers.jsonl', 'utf8');

async function steps(backend: Backend, text: string, patch: RecipePatch): Promise<TrainedStep[]> {
  const { trainer } = await embeddedTrainer(backend, text, {
    'train.max_steps': 2,
    'train.per_device_train_batch_size': 1,
    ...patch,
  });
  const made: TrainedStep[] = [];
  while (!trainer.finished) made.push(await trainer.next());
  return made;
}

describe.skipIf(!gpu)('methods on the GPU', () => {
  it.each<readonly [string, string, RecipePatch]>([
    ['DoRA over NF4', rows, { 'lora.use_dora': true, 'lora.r': 4 }],
    ['VeRA', rows, { 'peft.peft_type': 'VERA', 'lora.r': 16, 'train.learning_rate': 0.5 }],
    ['IA3', rows, { 'peft.peft_type': 'IA3', 'lora.target_modules': '["k_proj", "v_proj", "down_proj"]' }],
    [
      'PiSSA with packed rows',
      rows,
      { 'lora.init_lora_weights': 'pissa', 'bnb.bnb_4bit_quant_type': 'none', 'train.packing': 'bfd' },
    ],
    ['pairs', pairs, { 'train.objective': 'dpo', 'train.learning_rate': 0.001 }],
  ])('%s', async (_, text, patch) => {
    if (!gpu) return;
    const made = await steps(new GpuBackend(gpu.device), text, patch);
    const want = await steps(new CpuBackend({ precision: 'float32' }), text, patch);
    expect(made).toHaveLength(2);
    for (const [i, { loss, gradNorm }] of made.entries()) {
      expect(Math.abs(loss / (want[i]?.loss ?? 0) - 1)).toBeLessThan(BOUNDS.drift);
      expect(Math.abs(gradNorm / (want[i]?.gradNorm ?? 0) - 1)).toBeLessThan(BOUNDS.drift);
      expect(loss).toBeGreaterThan(0);
    }
  });
});
