// ONNX Runtime's own WebGPU provider on the same 4-bit products, where the package onnxruntime-node is on the machine; it is no dependency
// of the project. Chains of products, so that what a call costs drops out of the difference of two lengths.
import type * as Ort from 'onnxruntime-web';
import type { MatMulNBits } from '../browser/onnxModel.ts';
import { matMulChain } from '../browser/onnxModel.ts';
import type { Shape } from './randomModel.ts';

const PACKAGE = 'onnxruntime-node';
const LAYERS = [1, 12] as const;
const ROUNDS = 6;

export type OnnxRuntime = typeof Ort;

/** null where it is not there. */
export async function onnxRuntime(): Promise<OnnxRuntime | null> {
  try {
    const found: { readonly default: OnnxRuntime } = await import(/* @vite-ignore */ PACKAGE);
    return found.default;
  } catch {
    // Nobody has installed it here; its column says so.
    return null;
  }
}

function product(n: number, k: number, m: number): MatMulNBits {
  const quants = Uint8Array.from({ length: (m * k) / 2 }, (_, i) => (i * 73 + (i >> 7) * 11) & 255);
  return { n, k, m, quants, scales: new Float32Array((m * k) / 32).fill(1 / 64 / Math.sqrt(k)) };
}

/** GFLOP/s of products up to twice the feed-forward width and down again, forward; null where it has no WebGPU. */
export async function onnxGflops(
  ort: OnnxRuntime,
  { hidden, ffn }: Shape,
  n: number,
): Promise<number | null> {
  const [up, down] = [product(n, hidden, 2 * ffn), product(n, 2 * ffn, hidden)];
  const least: number[] = [];
  try {
    for (const layers of LAYERS) {
      const session = await ort.InferenceSession.create(matMulChain(up, down, layers), {
        executionProviders: ['webgpu'],
        logSeverityLevel: 3,
      });
      const A = new ort.Tensor('float32', new Float32Array(n * hidden).fill(0.01), [n, hidden]);
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < ROUNDS; round++) {
        const started = performance.now();
        await session.run({ A });
        best = Math.min(best, performance.now() - started);
      }
      least.push(best);
      await session.release();
    }
  } catch {
    // Built without the provider, or for another kind of GPU.
    return null;
  }
  const [one = 0, many = 0] = least;
  const ms = (many - one) / (LAYERS[1] - LAYERS[0]);
  return ms > 0 ? (2 * n * hidden * 2 * ffn * 2) / ms / 1e6 : null;
}
