// Loads ONNX Runtime's WebAssembly without WebGPU, on one thread. The page does not ask for it: whoever does, fetches 14 MB.
import type { OrtRuntime } from './ortBackend.ts';

export async function openOrt(): Promise<OrtRuntime> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return {
    createSession: (model, options) => ort.InferenceSession.create(model, options),
    Tensor: ort.Tensor,
  };
}
