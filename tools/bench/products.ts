// The 4-bit products on SmolLM2's shapes: decode and product together, forward and dX, as the tape runs them.

import type { KernelProfile, Ref } from '../../src/engine/torch/autograd/operation.ts';
import type { FrozenGroup } from '../../src/engine/torch/ops/frozenProduct.ts';
import { backwardCalls, forwardCalls, productScratch } from '../../src/engine/torch/ops/frozenProduct.ts';
import { measureVariants } from '../../src/engine/training/backends/tuning/tune.ts';
import type { Variants } from '../../src/engine/training/backends/variants.ts';
import type { BufferRange } from '../../src/shaders/host/dispatch.ts';
import type { Pipelines } from '../../src/shaders/host/pipelines.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import type { PackedGroup } from '../../src/shaders/quant/packing.ts';
import { packedBytes } from '../../src/shaders/quant/packing.ts';
import type { WeightFormat } from '../../src/shaders/quant/weightFormat.ts';
import { timeCalls } from './peak.ts';

/** Name, K and widths of the members. */
const groups = [
  ['q,k,v', 576, [576, 192, 192]],
  ['o', 576, [576]],
  ['gate,up', 576, [1536, 1536]],
  ['down', 1536, [576]],
] as const;
const formats = ['q4_1', 'nf4'] as const satisfies readonly WeightFormat[];

export interface ProductRow {
  readonly format: string;
  readonly group: string;
  readonly tokens: number;
  readonly forward: number;
  readonly dX: number;
}

export interface ProductTable {
  readonly variants: Variants;
  readonly rows: readonly ProductRow[];
}

export interface ProductCase {
  readonly format: WeightFormat;
  readonly n: number;
  readonly k: number;
  readonly widths: readonly number[];
  /** Weights and input, to compare results; zeros without. */
  readonly contents?: { readonly packed: PackedGroup; readonly x: Float32Array<ArrayBuffer> };
}

function groupOf({ k, widths, format }: ProductCase): FrozenGroup {
  let [start, block] = [0, 0];
  const segments = widths.map((width) => {
    const whole = { rank: 0, u_column: 0, a_offset: 0, b_offset: 0, scale: 0 };
    const segment = { ...whole, start, end: start + width, first_block: block };
    start += width;
    block += Math.ceil((width * k) / 64);
    return segment;
  });
  return { k, out: start, segments, weights: 'w', format };
}

/** GFLOP/s in both directions, and y [N, OUT] where there were contents. */
export async function measureProduct(
  device: GPUDevice,
  pipelines: Pipelines,
  variants: Variants,
  one: ProductCase,
): Promise<{ readonly forward: number; readonly dX: number; readonly y: Float32Array | null }> {
  const { n, k, widths, format, contents } = one;
  const group = groupOf(one);
  const { out } = group;
  const packed = packedBytes(
    format,
    widths.map((width) => width * k),
  );
  const wide = n * Math.max(k, out) * 4;
  // Products are compared in float32.
  const profile: KernelProfile = { ...variants, stored: 'f32', maxBindingBytes: 2 ** 27 };
  const floats = [true, false].map((forwards) => productScratch(group, profile, n, 0, forwards)[0] ?? 4);
  const scratch = 4 * Math.max(...floats);
  const sizes = { w: packed, 'w.scales': packed, dummy: 256, left: wide, result: wide, scratch };
  const made = new Map<string, BufferRange>(
    Object.entries(sizes).map(([key, size]) => [
      key,
      { buffer: device.createBuffer({ size: Math.ceil(size / 16) * 16, usage: 0x8c }) },
    ]),
  );
  const at = (key: string): BufferRange => {
    const found = made.get(key);
    if (!found) throw new Error(`internal: the benchmark binds an unknown buffer '${key}'`);
    return found;
  };
  if (contents) {
    device.queue.writeBuffer(at('w').buffer, 0, contents.packed.words);
    device.queue.writeBuffer(at('w.scales').buffer, 0, contents.packed.scales);
    device.queue.writeBuffer(at('left').buffer, 0, contents.x);
  }
  const range = (ref: Ref): BufferRange =>
    at('scratch' in ref ? 'scratch' : 'buffer' in ref ? ref.buffer : '');
  const refs = { left: { buffer: 'left' }, tail: null, residual: null, result: { buffer: 'result' } };
  const bound = (calls: readonly KernelCall<Ref>[]): KernelCall<BufferRange>[] =>
    calls.map((made) => ({
      ...made,
      buffers: Object.fromEntries(Object.entries(made.buffers).map(([key, ref]) => [key, range(ref)])),
    }));
  const rate = (ms: number): number => (2 * n * k * out) / ms / 1e6;
  const forward = rate(await timeCalls(device, pipelines, bound(forwardCalls(group, profile, n, 0, refs))));
  const y = contents ? await readFloats(device, at('result').buffer, n * out) : null;
  const dX = rate(await timeCalls(device, pipelines, bound(backwardCalls(group, profile, n, 0, refs))));
  for (const { buffer } of made.values()) buffer.destroy();
  return { forward, dX, y };
}

async function readFloats(device: GPUDevice, buffer: GPUBuffer, count: number): Promise<Float32Array> {
  const staging = device.createBuffer({ size: count * 4, usage: 0x09 });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, count * 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const floats = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return floats;
}

/** The variants that suit this device, measured. */
export const variantsOf = (device: GPUDevice): Promise<Variants> =>
  measureVariants(device, () => performance.now());

export async function products(
  device: GPUDevice,
  pipelines: Pipelines,
  tokens: readonly number[] = [32, 128, 512],
): Promise<ProductTable> {
  const variants = await variantsOf(device);
  const rows: ProductRow[] = [];
  for (const format of formats)
    for (const [group, k, widths] of groups)
      for (const n of tokens) {
        const { forward, dX } = await measureProduct(device, pipelines, variants, { format, n, k, widths });
        rows.push({ format, group, tokens: n, forward, dX });
      }
  return { variants, rows };
}
