// Which variant of the linear layer suits an adapter, by timing both on one shape of a small model. The loser must be slower
// by a fifth, so that noise never moves an adapter from its portable default and runs repeat.
import { dequantize } from '../../shaders/dequantize/dequantize.ts';
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
  calls: readonly KernelCall<BufferRange>[],
  now: () => number,
): Promise<number> {
  const { dispatches, params } = await prepareCalls(device, new Pipelines(device), calls);
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

export async function chooseLinear(device: GPUDevice, now: () => number): Promise<KernelProfile['linear']> {
  const made: GPUBuffer[] = [];
  const buffer = (floats: number): BufferRange => {
    const one = device.createBuffer({ size: floats * 4, usage: 0x80 });
    made.push(one);
    return { buffer: one };
  };
  const [x, w, scales, dummy, scratch, y] = [N * K, (K * OUT) / 8, (K * OUT) / 64, 64, K * OUT, N * OUT].map(
    buffer,
  );
  if (!x || !w || !scales || !dummy || !scratch || !y) throw new Error('internal: a buffer is missing');
  const slots = { decode: decoder('nf4') };
  const packed = { w, w_scales: scales, adapter: dummy };
  const register: KernelCall<BufferRange>[] = [
    call(dequantize, {
      buffers: { ...packed, scratch },
      params: { segments: [segment], k: K, out: OUT, ru: 0, count: 1 },
      slots,
    }),
    matmulCall({
      buffers: { a: x, u: dummy, b: scratch, residual: dummy, y },
      params: { n: N, k: K, m: OUT, ru: 0 },
      hasResidual: false,
    }),
  ];
  const tiled: KernelCall<BufferRange>[] = [
    call(linearTiled, {
      buffers: { ...packed, x, u: dummy, residual: dummy, y },
      params: { segments: [segment], n: N, k: K, out: OUT, ru: 0, count: 1 },
      slots,
    }),
  ];
  const registerMs = await best(device, register, now);
  const tiledMs = await best(device, tiled, now);
  for (const one of made) one.destroy();
  return tiledMs * MARGIN < registerMs ? 'tiled' : 'register';
}
