// What the adapter can do at best, measured: fused multiply-adds without memory, and copying without arithmetic. Every share
// in the tables is of these two.
import type { BufferRange } from '../../src/shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../src/shaders/host/dispatch.ts';
import type { Pipelines } from '../../src/shaders/host/pipelines.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import { call, defineKernel } from '../../src/shaders/kernel.ts';

const CHAIN = 4096;
const INVOCATIONS = 16384;
const names = Array.from({ length: 8 }, (_, i) => `a${i}`);

/** Eight independent chains of vec4 multiply-adds an invocation, each in a variable of its own: no memory, no indexing. */
const fmaPeak = defineKernel({
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
  reference: ({ y }) => {
    for (let id = 0; id < INVOCATIONS; id++) {
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
  if (id.x < params.n) { y[id.x] = x[id.x]; }
}`,
  buffers: { x: 'read', y: 'read_write' },
  params: { n: 'u32' },
  constants: {},
  workgroups: ({ n }) => [Math.ceil(n / 64), 1, 1],
  reference: ({ x, y, n }) => y.set(x.subarray(0, 4 * n)),
});

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Least milliseconds of the calls together (other work on the machine only adds) over `rounds` rounds; the first round, which compiles, does not count. */
export async function timeCalls(
  device: GPUDevice,
  pipelines: Pipelines,
  calls: readonly KernelCall<BufferRange>[],
  rounds = 9,
): Promise<number> {
  const { dispatches, params } = await prepareCalls(device, pipelines, calls);
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (round > 0) times.push(performance.now() - started);
  }
  params.destroy();
  return Math.min(...times);
}

export interface Peaks {
  readonly gflops: number;
  /** Bytes read plus bytes written, in GB/s. */
  readonly gbps: number;
}

const COPIED = 2 ** 20;

export async function measurePeaks(device: GPUDevice, pipelines: Pipelines): Promise<Peaks> {
  const make = (bytes: number): BufferRange => ({
    buffer: device.createBuffer({ size: bytes, usage: 0x8c }),
  });
  const y = make(INVOCATIONS * 16);
  const arithmetic: KernelCall<BufferRange> = call(fmaPeak, { buffers: { y }, params: {} });
  const fmaMs = await timeCalls(device, pipelines, [arithmetic]);
  const [from, to] = [make(COPIED * 16), make(COPIED * 16)];
  const copy: KernelCall<BufferRange> = call(copyPeak, {
    buffers: { x: from, y: to },
    params: { n: COPIED },
  });
  const copyMs = await timeCalls(device, pipelines, [copy], 9);
  for (const { buffer } of [y, from, to]) buffer.destroy();
  return { gflops: (8 * CHAIN * INVOCATIONS) / fmaMs / 1e6, gbps: (2 * COPIED * 16) / copyMs / 1e6 };
}
