// Starts ONNX Runtime's WebAssembly: without WebGPU, or with its own. In Node the package finds its file; a page brings the bytes (fetchOrt.ts).
import type { UserError } from '../../../ground/errors.ts';
import { causeOf } from '../../../ground/errors.ts';
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import { ortBlocked, ortError, ortUnstarted } from '../../trainingErrors.ts';
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

async function started(
  ort: Package,
  program: Uint8Array<ArrayBuffer> | undefined,
  provider: 'wasm' | 'webgpu',
  threads = 1,
): Promise<OrtRuntime> {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  if (program) ort.env.wasm.wasmBinary = program;
  try {
    await (await ort.InferenceSession.create(nothing, { executionProviders: [provider] })).release();
  } catch (error) {
    throw whyUnstarted(error);
  }
  return {
    createSession: (model, options) => ort.InferenceSession.create(model, options),
    Tensor: ort.Tensor,
    threads,
    ...(provider === 'webgpu' ? { device: await ort.env.webgpu.device } : {}),
  };
}

/** `program`: the bytes of its WebAssembly; `threads`: more than one in a browser alone, where the page is cross-origin isolated. Throws UserError 'ort-blocked' and 'ort-unstarted'. */
export const openOrt = async (program?: Uint8Array<ArrayBuffer>, threads = 1): Promise<OrtRuntime> =>
  started(await import('onnxruntime-web/wasm'), program, 'wasm', threads);

/** The same with its own WebGPU, for sessions that ask for it; where there is no adapter it does not start. */
export const openOrtGpu = async (program?: Uint8Array<ArrayBuffer>): Promise<OrtRuntime> =>
  started(await import('onnxruntime-web/webgpu'), program, 'webgpu');

/** What goes wrong on the device of ONNX Runtime's WebGPU, which says so late and outside of any call. It has no other. */
export function ortLoss({ device }: OrtRuntime): Promise<UserError> | null {
  if (!device) return null;
  const failed = new Promise<string>((resolve) => {
    device.addEventListener('uncapturederror', ({ error }) => resolve(error.message));
  });
  const lost = device.lost.then(({ reason, message }) => message || reason);
  return Promise.race([failed, lost]).then((cause) => ortError({ cause }));
}
