// ONNX Runtime in a page: its WebAssembly from the page's own folder, with progress and held to the digest that the build knows, when a run
// first wants it. Its script is a part of the build that loads with it.

import { asMissingPart } from '../../../ground/fetching/fetchErrors.ts';
import type { ReadOwnFile } from '../../../ground/fetching/ownFiles.ts';
import type { ReadOptions } from '../../../ground/fetching/progress.ts';
import { openOrt, openOrtGpu } from './openOrt.ts';
import type { OrtRuntime } from './ortBackend.ts';

export const ORT_FILE = 'onnxruntime/ort-wasm-simd-threaded.wasm';

/** More were measured nowhere, and a step of a small model has no work for them. */
const MOST_THREADS = 8;

/** Threads share memory, which a page has that is cross-origin isolated; `processors`: that the browser tells. */
export const threadsOf = (isolated: boolean, processors: number): number =>
  isolated && processors > 1 ? Math.min(MOST_THREADS, processors) : 1;

/** Starts ONNX Runtime, with what tells how far its program has come and gives the fetching up. */
export type OrtSource = (watch: ReadOptions) => Promise<OrtRuntime>;

/** With ONNX Runtime's own WebGPU: twice as large, for whoever wants to see that. */
const ORT_GPU_FILE = 'onnxruntime/ort-wasm-simd-threaded.asyncify.wasm';

export const fetchOrtGpu = (read: ReadOwnFile): OrtSource => fetchOrt(read, openOrtGpu, ORT_GPU_FILE);

/** On so many threads. */
export const fetchOrtOn = (read: ReadOwnFile, threads: number): OrtSource =>
  fetchOrt(read, (program) => openOrt(program, threads));

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
