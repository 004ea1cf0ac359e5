// What the adapter can do at best, measured: fused multiply-adds without memory, and copying without arithmetic. Every share
// in the tables is of these two.
import { DeviceClock } from '../../src/shaders/host/deviceClock.ts';
import type { BufferRange } from '../../src/shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../src/shaders/host/dispatch.ts';
import type { Pipelines } from '../../src/shaders/host/pipelines.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import { call, defineKernel } from '../../src/shaders/kernel.ts';

const CHAIN = 4096;
const names = Array.from({ length: 8 }, (_, i) => `a${i}`);
const LEAST_INVOCATIONS = 2 ** 14;
/** Vectors of 16 bytes; the most is beyond any cache. */
const LEAST_COPIED = 2 ** 20;
const MOST_COPIED = 2 ** 25;
/** Of one dimension of a grid. */
const MOST_WORKGROUPS = 32_768;

/** Eight independent chains of vec4 multiply-adds an invocation, each in a variable of its own: no memory, no indexing. */
const fmaPeak = defineKernel({
  name: 'fma_peak',
  source: `
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;
@compute @workgroup_size(64)
fn fma_peak(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(0.999);
  ${names.map((name, i) => `var ${name} = vec4f(f32(id.x + ${i}u));`).join('\n  ')}
  for (var n = 0u; n < ${CHAIN / 8}u; n++) {
    ${names.map((name) => `${name} = fma(${name}, x, x);`).join(' ')}
  }
  if (id.x < params.n) { y[id.x] = ${names.join(' + ')}; }
}`,
  buffers: { y: 'read_write' },
  params: { n: 'u32' },
  constants: {},
  workgroups: ({ n }) => [n / 64, 1, 1],
  reference: ({ y, n: invocations }) => {
    for (let id = 0; id < invocations; id++) {
      let sum = 0;
      for (let i = 0; i < names.length; i++) {
        let a = id + i;
        for (let n = 0; n < CHAIN / 8; n++) a = a * 0.999 + 0.999;
        sum += a;
      }
      y.fill(sum, 4 * id, 4 * id + 4);
    }
  },
});

/** One vector read and written by each invocation. */
const copyPeak = defineKernel({
  name: 'copy_peak',
  source: `
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;
@compute @workgroup_size(64)
fn copy_peak(@builtin(global_invocation_id) id: vec3u) {
  let i = id.y * ${MOST_WORKGROUPS * 64}u + id.x;
  if (i < params.n) { y[i] = x[i]; }
}`,
  buffers: { x: 'read', y: 'read_write' },
  params: { n: 'u32' },
  constants: {},
  workgroups: ({ n }) => [
    Math.min(Math.ceil(n / 64), MOST_WORKGROUPS),
    Math.ceil(n / 64 / MOST_WORKGROUPS),
    1,
  ],
  reference: ({ x, y, n }) => y.set(x.subarray(0, 4 * n)),
});

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Shorter, and a reading is the clock's own steps. */
const ENOUGH_MS = 5;
const MOST_REPEATS = 1024;
/** Measurements, of 45 ms and more, before the first that counts. */
const WARMING = 3;

/**
 * Milliseconds of the calls together, once: the least of `rounds` rounds (other work on the machine only adds), each of as many repeats as
 * take 5 ms on the device's clock; the first run, which compiles, does not count.
 */
export async function timeCalls(
  device: GPUDevice,
  pipelines: Pipelines,
  calls: readonly KernelCall<BufferRange>[],
  rounds = 9,
): Promise<number> {
  const { dispatches, params } = await prepareCalls(device, pipelines, calls);
  const clock = new DeviceClock(device, () => performance.now());
  const time = (repeats: number): Promise<number> =>
    clock.time((pass) => {
      for (let i = 0; i < repeats; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    });
  await time(1);
  let repeats = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const ms = await time(repeats);
    if (ms < ENOUGH_MS && repeats < MOST_REPEATS) {
      repeats = Math.min(MOST_REPEATS, repeats * Math.max(2, Math.ceil(ENOUGH_MS / ms)));
      round -= 1;
      continue;
    }
    least = Math.min(least, ms / repeats);
  }
  params.destroy();
  clock.destroy();
  return least;
}

export interface Peaks {
  readonly gflops: number;
  /** Bytes read plus bytes written, in GB/s. */
  readonly gbps: number;
}

/** Work grows until one dispatch takes long enough, or is as large as it may be. */
async function grown(
  from: number,
  most: number,
  measure: (size: number) => Promise<number>,
): Promise<{ readonly size: number; readonly ms: number }> {
  for (let size = from; ; size *= 2) {
    const ms = await measure(size);
    if (ms >= ENOUGH_MS || size * 2 > most) return { size, ms };
  }
}

export async function measurePeaks(device: GPUDevice, pipelines: Pipelines): Promise<Peaks> {
  const bytes = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const make = (size: number): BufferRange => ({ buffer: device.createBuffer({ size, usage: 0x8c }) });
  const measured = async (size: number, of: (size: number) => KernelCall<BufferRange>): Promise<number> => {
    const one = of(size);
    const ms = await timeCalls(device, pipelines, [one]);
    for (const { buffer } of Object.values(one.buffers)) buffer.destroy();
    return ms;
  };
  // Brings the clocks up: what a device does in its first moments is not what it can.
  const arithmetic = (n: number): KernelCall<BufferRange> =>
    call(fmaPeak, { buffers: { y: make(n * 16) }, params: { n } });
  for (let i = 0; i < WARMING; i++) await measured(LEAST_INVOCATIONS, arithmetic);
  const fma = await grown(LEAST_INVOCATIONS, MOST_WORKGROUPS * 64, (n) => measured(n, arithmetic));
  const copy = await grown(LEAST_COPIED, Math.min(bytes / 16, MOST_COPIED), (n) =>
    measured(n, () => call(copyPeak, { buffers: { x: make(n * 16), y: make(n * 16) }, params: { n } })),
  );
  return { gflops: (8 * CHAIN * fma.size) / fma.ms / 1e6, gbps: (2 * copy.size * 16) / copy.ms / 1e6 };
}
