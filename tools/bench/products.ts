// The 4-bit products on SmolLM2's shapes: decode and product together, forward and dX, as the tape runs them.
import type { Variants } from '../../src/engine/backends/tune.ts';
import { measureVariants } from '../../src/engine/backends/tune.ts';
import type { FrozenGroup } from '../../src/engine/ops/frozenProduct.ts';
import { backwardCalls, forwardCalls } from '../../src/engine/ops/frozenProduct.ts';
import type { KernelProfile, Ref } from '../../src/engine/tape/operation.ts';
import type { BufferRange } from '../../src/shaders/host/dispatch.ts';
import type { Pipelines } from '../../src/shaders/host/pipelines.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';
import type { WeightFormat } from '../../src/shaders/quant/decoders.ts';
import { packedBytes } from '../../src/shaders/quant/packing.ts';
import { timeCalls } from './peak.ts';

/** Name, K and widths of the members. */
const groups = [
  ['q|k|v', 576, [576, 192, 192]],
  ['o', 576, [576]],
  ['gate|up', 576, [1536, 1536]],
  ['down', 1536, [576]],
] as const;
const formats = ['q4_1', 'nf4'] as const satisfies readonly WeightFormat[];

export interface ProductRow {
  readonly format: string;
  readonly group: string;
  readonly tokens: number;
  readonly direction: 'forward' | 'dX';
  readonly gflops: number;
  readonly share: number;
}

function groupOf(k: number, widths: readonly number[], format: WeightFormat): FrozenGroup {
  let [start, block] = [0, 0];
  const segments = widths.map((width) => {
    const segment = {
      start,
      end: start + width,
      rank: 0,
      u_column: 0,
      a_offset: 0,
      b_offset: 0,
      first_block: block,
      scale: 0,
    };
    start += width;
    block += Math.ceil((width * k) / 64);
    return segment;
  });
  return { k, out: start, segments, weights: 'w', format };
}

export interface ProductTable {
  readonly variants: Variants;
  readonly rows: readonly ProductRow[];
}

export async function products(
  device: GPUDevice,
  pipelines: Pipelines,
  peakGflops: number,
  tokens: readonly number[] = [32, 128, 512],
): Promise<ProductTable> {
  const variants = await measureVariants(device, () => performance.now());
  // Products are compared in float32.
  const profile: KernelProfile = {
    ...variants,
    stored: 'f32',
    maxBindingBytes: device.limits.maxStorageBufferBindingSize,
  };
  const rows: ProductRow[] = [];
  for (const format of formats)
    for (const [name, k, widths] of groups)
      for (const n of tokens) {
        const group = groupOf(k, widths, format);
        const { out } = group;
        const sizes: Readonly<Record<string, number>> = {
          w: packedBytes(
            format,
            widths.map((width) => width * k),
          ),
          'w.scales': packedBytes(
            format,
            widths.map((width) => width * k),
          ),
          dummy: 256,
          left: n * Math.max(k, out) * 4,
          result: n * Math.max(k, out) * 4,
          scratch: k * out * 4,
        };
        const made = new Map<string, BufferRange>(
          Object.entries(sizes).map(([key, size]) => [
            key,
            { buffer: device.createBuffer({ size: Math.ceil(size / 16) * 16, usage: 0x8c }) },
          ]),
        );
        const range = (ref: Ref): BufferRange => {
          const found = made.get('scratch' in ref ? 'scratch' : 'buffer' in ref ? ref.buffer : '');
          if (!found) throw new Error('internal: the benchmark binds an unknown buffer');
          return found;
        };
        const refs = { left: { buffer: 'left' }, tail: null, residual: null, result: { buffer: 'result' } };
        for (const direction of ['forward', 'dX'] as const) {
          const build = direction === 'forward' ? forwardCalls : backwardCalls;
          const calls = build(group, profile, n, 0, refs).map(
            (made): KernelCall<BufferRange> => ({
              ...made,
              buffers: Object.fromEntries(
                Object.entries(made.buffers).map(([key, ref]) => [key, range(ref)]),
              ),
            }),
          );
          const ms = await timeCalls(device, pipelines, calls);
          const gflops = (2 * n * k * out) / ms / 1e6;
          rows.push({ format, group: name, tokens: n, direction, gflops, share: gflops / peakGflops });
        }
        for (const { buffer } of made.values()) buffer.destroy();
      }
  return { variants, rows };
}
