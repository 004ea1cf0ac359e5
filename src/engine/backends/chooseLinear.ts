// Which variant of the linear layer suits an adapter, by timing all on one shape. Another than the default must be faster
// by a fifth, so that noise never moves an adapter from it and runs repeat.
import { dequantizeCall } from '../../shaders/dequantize/dequantize.ts';
import type { BufferRange } from '../../shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../shaders/host/dispatch.ts';
import { Pipelines } from '../../shaders/host/pipelines.ts';
import type { KernelCall } from '../../shaders/kernel.ts';
import { call } from '../../shaders/kernel.ts';
import { linearTiled } from '../../shaders/linear/linear.ts';
import { matmulCall } from '../../shaders/matmul/matmul.ts';
import { decoder } from '../../shaders/quant/decoders.ts';
import type { KernelProfile } from '../tape/operation.ts';

const [N, K, OUT] = [128, 256, 512];
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

/** The fastest by a fifth, else the narrow block. */
export async function chooseLinear(device: GPUDevice, now: () => number): Promise<KernelProfile['linear']> {
  const made: GPUBuffer[] = [];
  const buffer = (floats: number): BufferRange => {
    const one = device.createBuffer({ size: floats * 4, usage: 0x80 });
    made.push(one);
    return { buffer: one };
  };
  const x = buffer(N * K);
  const packed = { w: buffer((K * OUT) / 8), w_scales: buffer((K * OUT) / 64), adapter: buffer(64) };
  const [scratch, y, dummy] = [buffer(K * OUT), buffer(N * OUT), packed.adapter];
  const decode = decoder('nf4');
  const register = (block: 'narrow' | 'wide'): KernelCall<BufferRange>[] => [
    dequantizeCall<BufferRange>({
      buffers: { ...packed, scratch },
      decode,
      segments: [segment],
      k: K,
      out: OUT,
      ru: 0,
      transposed: true,
    }),
    matmulCall<BufferRange>({
      buffers: { a: x, u: dummy, b: scratch, residual: dummy, y },
      n: N,
      k: K,
      m: OUT,
      adds: 'nothing',
      block,
    }),
  ];
  const tiled: KernelCall<BufferRange>[] = [
    call(linearTiled, {
      buffers: { ...packed, x, u: dummy, residual: dummy, y },
      params: { segments: [segment], n: N, k: K, out: OUT, ru: 0, count: 1 },
      slots: { decode },
    }),
  ];
  const pipelines = new Pipelines(device);
  let chosen: KernelProfile['linear'] = 'narrow';
  let least = (await best(device, pipelines, register('narrow'), now)) / MARGIN;
  for (const [name, calls] of [['wide', register('wide')] as const, ['tiled', tiled] as const]) {
    const ms = await best(device, pipelines, calls, now);
    if (ms >= least) continue;
    chosen = name;
    least = ms;
  }
  for (const one of made) one.destroy();
  return chosen;
}
