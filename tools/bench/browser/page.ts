// Inside Chromium: our 4-bit product and onnxruntime-web's MatMulNBits on the same weights, one after the other; the driver
// (compare.ts) calls `measure` and reads its answer.
import * as ort from 'onnxruntime-web/webgpu';
import { variantsInWords } from '../../../src/engine/training/backends/variants.ts';
import { Pipelines } from '../../../src/shaders/host/pipelines.ts';
import { packBlocks } from '../../../src/shaders/quant/packing.ts';
import { measurePeaks } from '../peak.ts';
import { measureProduct, variantsOf } from '../products.ts';
import { matMulNBitsModel } from './onnxModel.ts';

export interface Shape {
  readonly name: string;
  readonly n: number;
  readonly k: number;
  readonly m: number;
}

export interface BrowserRow {
  readonly shape: Shape;
  readonly forward: number;
  readonly dX: number;
  readonly ortWebgpu: number | null;
  readonly ortWasm: number | null;
  /** Largest difference of our product from onnxruntime's, over the largest value. */
  readonly difference: number | null;
}

export interface BrowserResult {
  readonly adapter: string;
  readonly peakGflops: number;
  readonly variants: string;
  readonly rows: readonly BrowserRow[];
}

declare global {
  interface Window {
    measure(shapes: readonly Shape[]): Promise<BrowserResult>;
  }
}

const ROUNDS = 5;

/** Every nibble, and scales that half precision holds exactly, so that both sides hold the same weights. */
function weights({ k, m }: Shape) {
  const quants = Uint8Array.from({ length: (m * k) / 2 }, (_, i) => (i * 73 + (i >> 7) * 11) & 255);
  const scales = Float32Array.from({ length: (m * k) / 32 }, (_, i) => (1 + (i % 7)) / 64);
  return { quants, scales };
}

/** The same weights as a file's q4_0 blocks: nibbles j and j + 16 in a byte where onnx has 2j and 2j + 1. */
function asQ4_0({ quants, scales }: ReturnType<typeof weights>): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(scales.length * 18);
  const view = new DataView(out.buffer);
  scales.forEach((scale, block) => {
    // (1 … 7) / 64 as IEEE binary16: exponent by the highest bit.
    const units = scale * 64;
    const top = Math.floor(Math.log2(units));
    view.setUint16(block * 18, ((top - 6 + 15) << 10) | Math.round((units / 2 ** top - 1) * 1024), true);
    const nibble = (e: number): number =>
      ((quants[block * 16 + (e >> 1)] ?? 0) >> (e % 2 === 0 ? 0 : 4)) & 15;
    for (let j = 0; j < 16; j++) out[block * 18 + 2 + j] = nibble(j) | (nibble(j + 16) << 4);
  });
  return out;
}

async function runOrt(
  shape: Shape,
  provider: 'webgpu' | 'wasm',
  x: Float32Array,
): Promise<{ readonly gflops: number; readonly y: Float32Array } | null> {
  const { n, k, m } = shape;
  const session = await ort.InferenceSession.create(matMulNBitsModel({ n, k, m, ...weights(shape) }), {
    executionProviders: [provider],
  });
  const feeds = { A: new ort.Tensor('float32', x, [n, k]) };
  let least = Number.POSITIVE_INFINITY;
  let y = new Float32Array(0);
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    const { Y } = await session.run(feeds);
    const data = Y ? await Y.getData() : null;
    if (data instanceof Float32Array) y = Float32Array.from(data);
    if (round > 0) least = Math.min(least, performance.now() - started);
  }
  await session.release();
  return { gflops: (2 * n * k * m) / least / 1e6, y };
}

async function measure(shapes: readonly Shape[]): Promise<BrowserResult> {
  ort.env.wasm.numThreads = 2;
  ort.env.wasm.wasmPaths = new URL('./ort/', location.href).href;
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('WebGPU: Chromium gave no adapter');
  const device = await adapter.requestDevice();
  const pipelines = new Pipelines(device);
  const peaks = await measurePeaks(device, pipelines);
  const variants = await variantsOf(device);
  const rows: BrowserRow[] = [];
  for (const shape of shapes) {
    const { n, k, m } = shape;
    const x = Float32Array.from({ length: n * k }, (_, i) => ((i * 29) % 31) / 31 - 0.5);
    const file = asQ4_0(weights(shape));
    const packed = packBlocks('q4_0', [{ bytes: file, count: m * k }]);
    const ours = await measureProduct(device, pipelines, variants, {
      format: 'q4_0',
      n,
      k,
      widths: [m],
      contents: { packed, x },
    });
    const [gpu, wasm] = [await runOrt(shape, 'webgpu', x), await runOrt(shape, 'wasm', x)];
    const largest = gpu ? gpu.y.reduce((top, value) => Math.max(top, Math.abs(value)), 0) : 1;
    const difference =
      gpu && ours.y
        ? gpu.y.reduce((top, v, i) => Math.max(top, Math.abs(v - (ours.y?.[i] ?? 0))), 0) / largest
        : null;
    rows.push({
      shape,
      forward: ours.forward,
      dX: ours.dX,
      ortWebgpu: gpu?.gflops ?? null,
      ortWasm: wasm?.gflops ?? null,
      difference,
    });
  }
  const { vendor, architecture, description } = adapter.info;
  return {
    adapter: description || `${vendor} ${architecture}`,
    peakGflops: peaks.gflops,
    variants: variantsInWords(variants),
    rows,
  };
}

window.measure = measure;
