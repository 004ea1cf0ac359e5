// Which kernel variants suit an adapter, by timing them on one shape; remembered per adapter, so that the next run begins at
// once and runs repeat. Another than the portable default must be faster by a fifth. Nothing is guessed from a name.
import { dequantizeCall } from '../../../shaders/dequantize/dequantize.ts';
import type { BufferRange } from '../../../shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../../shaders/host/dispatch.ts';
import { Pipelines } from '../../../shaders/host/pipelines.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { linearVector, linearVectorSubgroup } from '../../../shaders/linear/linear.ts';
import { partsFloats, tiledCalls } from '../../../shaders/linear/tiled.ts';
import type { Tile } from '../../../shaders/linear/tileProduct.ts';
import { matmulCall } from '../../../shaders/matmul/matmul.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import type { TuningCache, Variants } from './variants.ts';
import { knownVariants, portableVariants, tuningKey } from './variants.ts';

const [N, K, OUT] = [128, 576, 576];
const ROUNDS = 3;
const MARGIN = 1.2;
const segment = {
  start: 0,
  end: OUT,
  rank: 0,
  u_column: 0,
  a_offset: 0,
  b_offset: 0,
  first_block: 0,
  scale: 0,
};

/** Best of a few rounds, in milliseconds; the first, which compiles, does not count. */
async function best(
  device: GPUDevice,
  pipelines: Pipelines,
  calls: readonly KernelCall<BufferRange>[],
  now: () => number,
): Promise<number> {
  const { dispatches, params } = await prepareCalls(device, pipelines, calls);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const started = now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (round > 0) least = Math.min(least, now() - started);
  }
  params.destroy();
  return least;
}

type Candidate<T> = readonly [T, readonly KernelCall<BufferRange>[]];

/** The first candidate, unless a later one is faster by the margin. */
async function fastest<T>(
  [[first, firstCalls], ...others]: readonly [Candidate<T>, ...Candidate<T>[]],
  measure: (calls: readonly KernelCall<BufferRange>[]) => Promise<number>,
): Promise<T> {
  let chosen = first;
  let least = (await measure(firstCalls)) / MARGIN;
  for (const [candidate, calls] of others) {
    const ms = await measure(calls);
    if (ms >= least) continue;
    chosen = candidate;
    least = ms;
  }
  return chosen;
}

function candidatesOn(device: GPUDevice, buffer: (floats: number) => BufferRange) {
  const x = buffer(N * K);
  const packed = { w: buffer((K * OUT) / 8), w_scales: buffer((K * OUT) / 64), adapter: buffer(64) };
  const [scratch, y, dummy] = [buffer(K * OUT), buffer(N * OUT), packed.adapter];
  const decode = decoder('nf4');
  const register = (stored: 'f32' | 'f16'): KernelCall<BufferRange>[] => [
    dequantizeCall<BufferRange>({
      buffers: { ...packed, scratch },
      decode,
      segments: [segment],
      k: K,
      out: OUT,
      ru: 0,
      transposed: true,
      stored,
    }),
    matmulCall<BufferRange>({
      buffers: { a: x, u: dummy, b: scratch, residual: dummy, y },
      n: N,
      k: K,
      m: OUT,
      adds: 'nothing',
      stored,
    }),
  ];
  const whole = (n: number) => ({
    buffers: { ...packed, x, u: dummy, residual: dummy, y },
    params: { segments: [segment], n, k: K, out: OUT, ru: 0, count: 1 },
    slots: { decode },
  });
  const group = { k: K, out: OUT, segments: [segment], format: 'nf4' } as const;
  const tiled = (tile: Tile): KernelCall<BufferRange>[] =>
    tiledCalls<BufferRange>({
      ...{ group, n: N, ru: 0, tile, forward: true, packed, left: x, tail: dummy, residual: null, result: y },
      ...{ scratch: buffer(Math.max(4, partsFloats(group, N, tile, true))), dummy },
    });
  const one = { ...whole(1), constants: { ONE_ROW: 1 } };
  const column: KernelCall<BufferRange>[] = [call(linearVector, one)];
  const subgroup: KernelCall<BufferRange>[] = [call(linearVectorSubgroup, one)];
  return {
    linear: [
      ['narrow', register('f32')],
      ['tiled64', tiled(64)],
      ['tiled128', tiled(128)],
    ] as const,
    stored: [
      ['f32', register('f32')],
      ...(device.features.has('shader-f16') ? [['f16', register('f16')] as const] : []),
    ] as const,
    vector: [
      ['column', column],
      ...(device.features.has('subgroups') ? [['subgroup', subgroup] as const] : []),
    ] as const,
  };
}

/** Times every variant that the device can run. */
export async function measureVariants(device: GPUDevice, now: () => number): Promise<Variants> {
  const made: GPUBuffer[] = [];
  const candidates = candidatesOn(device, (floats) => {
    const one = device.createBuffer({ size: floats * 4, usage: 0x80 });
    made.push(one);
    return { buffer: one };
  });
  const pipelines = new Pipelines(device);
  const measure = (calls: readonly KernelCall<BufferRange>[]): Promise<number> =>
    best(device, pipelines, calls, now);
  const linear = await fastest<Variants['linear']>(candidates.linear, measure);
  const stored =
    linear === 'narrow' ? await fastest<Variants['stored']>(candidates.stored, measure) : 'f32';
  const vector = await fastest<Variants['vector']>(candidates.vector, measure);
  for (const one of made) one.destroy();
  return { ...portableVariants, linear, stored, vector };
}

/** What was measured on this adapter before, else measured now and kept. */
export async function variantsFor(
  device: GPUDevice,
  adapter: GPUAdapterInfo,
  now: () => number,
  cache: TuningCache | null,
): Promise<Variants> {
  const key = tuningKey(device.features, adapter);
  const kept = knownVariants(await cache?.load(key).catch(() => null));
  if (kept) return kept;
  const measured = await measureVariants(device, now);
  await cache?.save(key, measured).catch(() => {});
  return measured;
}
