// WebGPU against PyTorch and PEFT, against the CPU backend over ten steps, and against itself, bit for bit.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import { F32_ROUNDOFF } from '../../shaders/testing/tolerance.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { embeddedTrainer } from '../testing/embedded.ts';
import { familyCases } from '../testing/familyCases.ts';
import { parityCases } from '../testing/parityCases.ts';
import type { KernelProfile } from '../torch/autograd/operation.ts';
import { CpuBackend } from './backends/cpuBackend.ts';
import { GpuBackend } from './backends/gpuBackend.ts';
import type { Variants } from './backends/variants.ts';
import type { TrainedStep } from './metrics.ts';

const gpu = await gpuOrNull();
const rows = readFileSync('public/presets/ships-log.jsonl', 'utf8');

async function run(backend: CpuBackend | GpuBackend, patch = {}): Promise<TrainedStep[]> {
  const { trainer } = await embeddedTrainer(backend, rows, {
    'train.max_steps': 10,
    'train.learning_rate': 0.005,
    ...patch,
  });
  const steps: TrainedStep[] = [];
  while (!trainer.finished) steps.push(await trainer.next());
  return steps;
}

describe.skipIf(!gpu)('training on the GPU', () => {
  const open = (linear: KernelProfile['linear'] = 'narrow', others: Partial<Variants> = {}): GpuBackend => {
    if (!gpu) throw new Error('no adapter');
    // Who decodes inside tiles has lanes enough to share sums and to walk tiles of attention; straight code would take minutes to compile here.
    const [sums, attention] =
      linear === 'tiled64' ? (['workgroup', 'rolled'] as const) : (['invocation', 'row'] as const);
    return new GpuBackend(gpu.device, { variants: { linear, sums, attention, ...others } });
  };
  describe('against PEFT', () => parityCases(open));
  // Between them these have every kernel that a llama hasn't.
  describe('families', () =>
    familyCases(open, (name) => name === 'gemma3_text' || name === 'qwen2' || name === 'gpt2'));
  describe('a family that workgroups answer', () =>
    familyCases(
      () => open('narrow', { vector: 'workgroup' }),
      (name) => name === 'qwen2',
    ));
  describe('against PEFT, decoding inside tiles', () => parityCases(() => open('tiled64')));

  it('repeats bit for bit, however it is cut into submissions, and agrees with the CPU over ten steps', async () => {
    if (!gpu) return;
    const whole = open();
    const first = await run(whole);
    // Every dispatch alone.
    const cut = new GpuBackend(gpu.device, { submissionMs: 1e-6 });
    const second = await run(cut);
    expect(cut.counters.dispatches).toBe(whole.counters.dispatches);
    expect(cut.counters.submits).toBe(cut.counters.dispatches);
    expect(whole.counters.submits).toBeLessThan(cut.counters.submits / 2);
    expect(second.map((step) => step.loss)).toEqual(first.map((step) => step.loss));
    const cpu = await run(new CpuBackend({ precision: 'float32' }));
    const worst = Math.max(
      ...first.map((step, i) => Math.abs(step.loss - (cpu[i]?.loss ?? 0)) / (cpu[i]?.loss ?? 1)),
    );
    expect(worst).toBeLessThan(BOUNDS.drift);
  });

  it('binds a table in parts where it is too large, and computes the same', async () => {
    if (!gpu) return;
    const patch = { 'train.max_steps': 3, 'train.per_device_train_batch_size': 1, 'lora.r': 1 };
    const whole = await run(open(), patch);
    // The embedded table takes 512 KiB; nothing else of this run needs as much as 256 KiB (an adapter of rank 1, its gradients).
    const parts = await run(new GpuBackend(gpu.device, { maxBindingBytes: 2 ** 18 }), patch);
    // The head's gradient is then the sum of two tiles' sums of 512 products each, in float32.
    for (const [i, { loss, gradNorm }] of parts.entries()) {
      expect(Math.abs(loss / (whole[i]?.loss ?? 0) - 1)).toBeLessThan(1024 * F32_ROUNDOFF);
      expect(Math.abs(gradNorm / (whole[i]?.gradNorm ?? 0) - 1)).toBeLessThan(1024 * F32_ROUNDOFF);
    }
  });

  it.each([
    ['narrow', 4],
    ['tiled64', 1],
  ] as const)('drops the same elements as the CPU, %s', async (linear, steps) => {
    const patch = { 'train.max_steps': steps, 'lora.lora_dropout': 0.3 };
    const first = await run(open(linear), patch);
    const cpu = await run(new CpuBackend({ precision: 'float32' }), patch);
    for (const [i, step] of first.entries())
      expect(Math.abs(step.loss - (cpu[i]?.loss ?? 0)) / step.loss).toBeLessThan(BOUNDS.drift);
  });

  it('needs one readback a step', async () => {
    const backend = open();
    const steps = await run(backend, { 'train.max_steps': 3 });
    expect(backend.counters.readbacks).toBe(steps.length);
  });
});
