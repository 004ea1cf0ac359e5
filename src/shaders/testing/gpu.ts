// Test-only: a WebGPU device in Node (Dawn) and one-shot runs of a kernel call over typed arrays.
// Tests import it; the product never does. Without an adapter `gpuOrNull` gives null and suites skip by name.
import type { BufferRange } from '../host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../host/dispatch.ts';
import { Pipelines } from '../host/pipelines.ts';
import type { KernelCall } from '../kernel.ts';

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

/** Runs calls in order over named arrays; equal names share a buffer. Returns the arrays named in `outputs`. */
export async function runCalls(
  gpu: TestGpu,
  arrays: Readonly<Record<string, Data>>,
  calls: readonly KernelCall<string>[],
  outputs: readonly string[],
): Promise<Record<string, Float32Array<ArrayBuffer>>> {
  const { device } = gpu;
  device.pushErrorScope('validation');
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
  const resolve = (name: string): BufferRange => {
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
