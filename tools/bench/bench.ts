// `npm run bench`: times the matrix products and a training step on this machine's adapter, side by side in one run.
// Prints GFLOP/s and the ratio to a plain chain of fused multiply-adds, measured first.
import { GpuBackend } from '../../src/engine/backends/gpuBackend.ts';
import { openBackend } from '../../src/engine/backends/openDevice.ts';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { Recipe } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import type { BufferRange } from '../../src/shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../src/shaders/host/dispatch.ts';
import { Pipelines } from '../../src/shaders/host/pipelines.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import { call, defineKernel } from '../../src/shaders/kernel.ts';
import { matmulCall } from '../../src/shaders/matmul/matmul.ts';
import { nodeGpu } from '../cli/nodeGpu.ts';
import { readPublic } from '../cli/readPublic.ts';

const CHAIN = 4096;
const INVOCATIONS = 16384;

const names = Array.from({ length: 8 }, (_, i) => `a${i}`);

/** Eight independent chains of vec4 multiply-adds an invocation, each in a variable of its own: no memory, no indexing. */
const peak = defineKernel({
  name: 'fma_peak',
  source: `
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn fma_peak(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(0.999);
  ${names.map((name, i) => `var ${name} = vec4f(f32(id.x + ${i}u));`).join('\n  ')}
  for (var n = 0u; n < ${CHAIN / 8}u; n++) {
    ${names.map((name) => `${name} = fma(${name}, x, x);`).join(' ')}
  }
  y[id.x] = ${names.join(' + ')};
}`,
  buffers: { y: 'read_write' },
  params: {},
  constants: {},
  workgroups: () => [INVOCATIONS / 64, 1, 1],
});

/** Median milliseconds of a call over seven rounds of `repeat` dispatches. */
async function time(
  device: GPUDevice,
  pipelines: Pipelines,
  made: KernelCall<BufferRange>,
  repeat: number,
): Promise<number> {
  const { dispatches, params } = await prepareCalls(device, pipelines, [made]);
  const times: number[] = [];
  for (let round = 0; round < 8; round++) {
    const started = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeat; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (round > 0) times.push((performance.now() - started) / repeat);
  }
  params.destroy();
  return times.sort((a, b) => a - b)[3] ?? Number.NaN;
}

async function kernels(gpu: GPU): Promise<void> {
  const adapter = await gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!adapter || !device) throw new Error('no WebGPU adapter');
  const pipelines = new Pipelines(device);
  const buffer = (floats: number): BufferRange => ({
    buffer: device.createBuffer({ size: floats * 4, usage: 0x8c }),
  });
  const say = (name: string, flops: number, ms: number, of: number): void => {
    const rate = flops / ms / 1e6;
    process.stdout.write(
      `${name.padEnd(36)} ${ms.toFixed(3).padStart(9)} ms ${rate.toFixed(1).padStart(8)} GFLOP/s ${(of > 0 ? rate / of : 1).toFixed(2).padStart(6)}\n`,
    );
  };
  process.stdout.write(`${adapter.info.description || adapter.info.device}\n`);
  const peakFlops = 8 * CHAIN * INVOCATIONS;
  const peakMs = await time(
    device,
    pipelines,
    call<typeof peak.buffers, typeof peak.params, typeof peak.constants, BufferRange>(peak, {
      buffers: { y: buffer(INVOCATIONS * 4) },
      params: {},
    }),
    1,
  );
  const best = peakFlops / peakMs / 1e6;
  say('fma_peak', peakFlops, peakMs, best);
  const shapes = [
    [128, 576, 576],
    [128, 576, 3072],
    [128, 1536, 576],
    [192, 128, 256],
    [192, 128, 768],
    [512, 512, 512],
  ] as const;
  for (const [n, k, m] of shapes) {
    const buffers = {
      a: buffer(n * k),
      u: buffer(64),
      b: buffer(k * m),
      residual: buffer(64),
      y: buffer(n * m),
    };
    const made = matmulCall<BufferRange>({ buffers, n, k, m, adds: 'nothing', block: 'narrow' });
    say(`matmul N ${n} K ${k} M ${m}`, 2 * n * k * m, await time(device, pipelines, made, 4), best);
  }
  device.destroy();
}

async function steps(gpu: GPU | null, choice: 'webgpu' | 'cpu'): Promise<void> {
  const assets = new Assets(readPublic);
  const preset = recipeOfPreset(await assets.presets(), 'ships-log');
  const recipe: Recipe = { ...preset, values: { ...preset.values, 'train.max_steps': 8 } };
  const now = (): number => performance.now();
  const opened = await openBackend({ gpu, choice, now });
  const options = {
    assets,
    recipe,
    opened,
    store: memoryStore(),
    emit: () => {},
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  };
  const run = await TrainingRun.begin(options);
  const rates: number[] = [];
  while (!run.finished) rates.push((await run.next()).tokensPerSecond);
  rates.sort((a, b) => a - b);
  process.stdout.write(
    `embedded model, NF4, ${opened.backend instanceof GpuBackend ? 'webgpu' : 'cpu'}: ${(rates[4] ?? 0).toFixed(0)} tokens/s, median of 8 steps\n`,
  );
  opened.backend.destroy();
}

export async function main(): Promise<void> {
  const gpu = await nodeGpu();
  if (gpu) await kernels(gpu);
  await steps(gpu, 'webgpu');
  await steps(gpu, 'cpu');
}
