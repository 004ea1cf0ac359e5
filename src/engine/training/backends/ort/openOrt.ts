// Starts ONNX Runtime's WebAssembly, on one thread: without WebGPU, or with its own. In Node the package finds its file; a page brings the bytes (fetchOrt.ts).
import { causeOf } from '../../../ground/errors.ts';
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import { ortBlocked, ortUnstarted } from '../../trainingErrors.ts';
import type { OrtRuntime } from './ortBackend.ts';

/** Hands its input back: the least that shows that the program starts, before a run counts on it. */
const nothing = writeOnnx({
  operations: [{ operator: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
  constants: [],
  inputs: [{ name: 'x', type: 'float', dims: [1] }],
  outputs: [{ name: 'y', type: 'float', dims: [1] }],
});

/** What browsers say of WebAssembly that a page's policy, or a host's, forbids. */
const isBlocked = (cause: string): boolean =>
  /content security policy|blocked by csp|unsafe-eval/i.test(cause);

/** Why it did not start, in words. */
export function whyUnstarted(error: unknown): Error {
  const cause = causeOf(error);
  return isBlocked(cause) ? ortBlocked({ cause }) : ortUnstarted({ cause });
}

type Package = typeof import('onnxruntime-web/wasm');

async function started(ort: Package, program: Uint8Array<ArrayBuffer> | undefined): Promise<OrtRuntime> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (program) ort.env.wasm.wasmBinary = program;
  try {
    await (await ort.InferenceSession.create(nothing, { executionProviders: ['wasm'] })).release();
  } catch (error) {
    throw whyUnstarted(error);
  }
  return {
    createSession: (model, options) => ort.InferenceSession.create(model, options),
    Tensor: ort.Tensor,
  };
}

/** `program`: the bytes of its WebAssembly. Throws UserError 'ort-blocked' and 'ort-unstarted'. */
export const openOrt = async (program?: Uint8Array<ArrayBuffer>): Promise<OrtRuntime> =>
  started(await import('onnxruntime-web/wasm'), program);

/** The same with its own WebGPU, for sessions that ask for it. */
export const openOrtGpu = async (program?: Uint8Array<ArrayBuffer>): Promise<OrtRuntime> =>
  started(await import('onnxruntime-web/webgpu'), program);
