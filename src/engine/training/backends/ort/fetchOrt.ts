// ONNX Runtime in a page: its WebAssembly from the page's own folder, with progress and held to the digest that the build knows, when a run
// first wants it. Its script is a part of the build that loads with it.

import { asMissingPart } from '../../../ground/fetching/fetchErrors.ts';
import type { ReadOwnFile } from '../../../ground/fetching/ownFiles.ts';
import type { ReadOptions } from '../../../ground/fetching/progress.ts';
import { openOrt, openOrtGpu } from './openOrt.ts';
import type { OrtRuntime } from './ortBackend.ts';

export const ORT_FILE = 'onnxruntime/ort-wasm-simd-threaded.wasm';

/** Starts ONNX Runtime, with what tells how far its program has come and gives the fetching up. */
export type OrtSource = (watch: ReadOptions) => Promise<OrtRuntime>;

/** With ONNX Runtime's own WebGPU: twice as large, for whoever wants to see that. */
const ORT_GPU_FILE = 'onnxruntime/ort-wasm-simd-threaded.asyncify.wasm';

export const fetchOrtGpu = (read: ReadOwnFile): OrtSource => fetchOrt(read, openOrtGpu, ORT_GPU_FILE);

/** Fetched once; what failed is tried anew. Throws UserError 'fetch-…', 'ort-blocked' and 'ort-unstarted', and Cancelled. */
export function fetchOrt(read: ReadOwnFile, open = openOrt, file = ORT_FILE): OrtSource {
  let started: OrtRuntime | null = null;
  return async (watch) => {
    if (started) return started;
    const program = await read(file, watch);
    try {
      started = await open(program);
    } catch (error) {
      throw asMissingPart(error);
    }
    return started;
  };
}
