// Test-only: a WebGPU device in Node (Dawn) and one-shot runs of a kernel call over typed arrays.
// Tests import it; the product never does. Without an adapter `gpuOrNull` gives null and suites skip by name.
import type { BufferRange } from '../host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../host/dispatch.ts';
import { Pipelines } from '../host/pipelines.ts';
import type { KernelCall } from '../kernel.ts';
import { countChains } from './chains.ts';

export interface TestGpu {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
  readonly pipelines: Pipelines;
}

let made: Promise<TestGpu | null> | undefined;
// Dawn frees everything below an instance that nobody holds.
let instance: GPU | undefined;

/** `navigator.gpu` of this process. */
export async function gpuInstance(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  instance ??= create([]);
  return instance;
}

async function open(): Promise<TestGpu | null> {
  const adapter = await (await gpuInstance()).requestAdapter();
  if (!adapter) return null;
  const wanted: GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query'];
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((f) => adapter.features.has(f)),
    requiredLimits: {
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxBufferSize: adapter.limits.maxBufferSize,
      // A kernel that is counted has one more than it has; registry.test.ts holds it to the least that WebGPU promises.
      maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage,
    },
  });
  return { device, adapter, pipelines: new Pipelines(device) };
}

/** The shared device of this test process, or null where no adapter exists. */
export function gpuOrNull(): Promise<TestGpu | null> {
  made ??= open();
  return made;
}

export type Data =
  | Float32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

interface Placed {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly resolved: readonly KernelCall<BufferRange>[];
  resolve(name: string): { readonly buffer: GPUBuffer };
}

/** The arrays in buffers, and the calls over them. */
function placed(
  device: GPUDevice,
  arrays: Readonly<Record<string, Data>>,
  calls: readonly KernelCall<string>[],
): Placed {
  const uniforms = new Set<string>();
  for (const c of calls)
    for (const [n, role] of Object.entries(c.kernel.buffers))
      if (role === 'uniform') uniforms.add(c.buffers[n] ?? '');
  const buffers = new Map<string, GPUBuffer>();
  for (const [name, data] of Object.entries(arrays)) {
    const size = Math.max(16, Math.ceil(data.byteLength / 4) * 4);
    const buffer = device.createBuffer({ label: name, size, usage: uniforms.has(name) ? 0x48 : 0x8c });
    const padded = new Uint8Array(size);
    padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    device.queue.writeBuffer(buffer, 0, padded);
    buffers.set(name, buffer);
  }
  const resolve = (name: string): { readonly buffer: GPUBuffer } => {
    const buffer = buffers.get(name);
    if (!buffer) throw new Error(`test: no array named '${name}'`);
    return { buffer };
  };
  const resolved = calls.map(
    (c): KernelCall<BufferRange> => ({
      ...c,
      buffers: Object.fromEntries(Object.entries(c.buffers).map(([k, v]) => [k, resolve(v)])),
    }),
  );
  return { buffers, resolved, resolve };
}

/** Of each kernel: how many of its calls were counted, and whether one ran through as many iterations as it declares. */
const countedCalls = new Map<string, { calls: number; reached: boolean }>();
const COUNTED_EACH = 2;

/** The first calls of every kernel run through no longer chain than it declares, and one of them through one as long. */
async function assertChains(
  { device, pipelines }: TestGpu,
  arrays: Readonly<Record<string, Data>>,
  calls: readonly KernelCall<string>[],
): Promise<void> {
  if (calls.every(({ kernel }) => (countedCalls.get(kernel.name)?.calls ?? 0) >= COUNTED_EACH)) return;
  const { buffers, resolved } = placed(device, arrays, calls);
  const counts = await countChains(device, pipelines, resolved);
  for (const buffer of buffers.values()) buffer.destroy();
  for (const [i, { kernel, params, constants }] of calls.entries()) {
    if (kernel.chain === null) continue;
    const known = countedCalls.get(kernel.name) ?? { calls: 0, reached: false };
    countedCalls.set(kernel.name, known);
    const [found = 0, declared] = [counts[i], kernel.chain?.(params, constants) ?? 0];
    known.calls += 1;
    known.reached ||= found === declared;
    if (found > declared || (known.calls === COUNTED_EACH && !known.reached))
      throw new Error(`${kernel.name}: ${found} iterations in a row, it declares ${declared}`);
  }
}

/** Runs calls in order over named arrays; equal names share a buffer. Returns the arrays named in `outputs`. */
export async function runCalls(
  gpu: TestGpu,
  arrays: Readonly<Record<string, Data>>,
  calls: readonly KernelCall<string>[],
  outputs: readonly string[],
): Promise<Record<string, Float32Array<ArrayBuffer>>> {
  const { device } = gpu;
  device.pushErrorScope('validation');
  const { buffers, resolved, resolve } = placed(device, arrays, calls);
  const prepared = await prepareCalls(device, gpu.pipelines, resolved);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const dispatch of prepared.dispatches) encodeDispatch(pass, dispatch);
  pass.end();
  const results: Record<string, Float32Array<ArrayBuffer>> = {};
  const reads = outputs.map((name) => {
    const source = resolve(name).buffer;
    const target = device.createBuffer({ size: source.size, usage: 0x09 });
    encoder.copyBufferToBuffer(source, 0, target, 0, source.size);
    return { name, target };
  });
  device.queue.submit([encoder.finish()]);
  await assertChains(gpu, arrays, calls);
  const problem = await device.popErrorScope();
  if (problem) throw new Error(problem.message);
  for (const { name, target } of reads) {
    await target.mapAsync(1);
    const bytes = target.getMappedRange().slice(0, Math.floor((arrays[name]?.byteLength ?? 0) / 4) * 4);
    results[name] = new Float32Array(bytes);
    target.destroy();
  }
  for (const buffer of buffers.values()) buffer.destroy();
  prepared.params.destroy();
  return results;
}
