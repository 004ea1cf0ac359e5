// ONNX Runtime for Node: the package's WebAssembly without WebGPU, the one the page fetches, on one thread.
import type { OrtRuntime } from '../../src/engine/training/backends/ort/ortBackend.ts';

export async function nodeOrt(): Promise<OrtRuntime> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return {
    createSession: (model, options) => ort.InferenceSession.create(model, options),
    Tensor: ort.Tensor,
  };
}
