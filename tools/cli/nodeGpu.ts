// navigator.gpu for Node, from the Dawn bindings; null where they don't load. ONNX Runtime's own WebGPU finds it where it looks for it in a page.

import { openOrtGpu } from '../../src/engine/training/backends/ort/openOrt.ts';
import type { OrtRuntime } from '../../src/engine/training/backends/ort/ortBackend.ts';

/** Timestamps as the device tells them: rounded to a tenth of a millisecond, as pages get them, most kernels take none. */
const options = ['disable-dawn-features=timestamp_quantization'];

// Dawn frees everything below an instance that nobody holds.
let instance: GPU | null = null;

/** Bytes of shared memory, as a copy of one's own; null for others. */
const unshared = (data: object): Uint8Array<ArrayBuffer> | null =>
  ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer
    ? Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    : null;

/** The bindings refuse shared memory, which browsers take: ONNX Runtime writes from its own. */
function takeShared(queue: GPUQueue): void {
  const { writeBuffer } = queue;
  queue.writeBuffer = function (buffer, offset, data, from, size) {
    Reflect.apply(writeBuffer, this, [buffer, offset, unshared(data) ?? data, from, size]);
  };
}

export async function nodeGpu(): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    if (instance) return instance;
    takeShared(GPUQueue.prototype);
    instance = create(options);
    return instance;
  } catch {
    // No binding for this platform: the CPU backend runs, and says why.
    return null;
  }
}

/** ONNX Runtime with its own WebGPU, which looks for the GPU where a page has it. */
export async function nodeOrtGpu(): Promise<OrtRuntime> {
  const gpu = await nodeGpu();
  const { navigator = {} } = globalThis;
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  return openOrtGpu();
}
