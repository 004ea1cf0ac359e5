// Timestamps of many dispatches: none is lost when a query set is full, and all of them are told once.
import { describe, expect, it } from 'vitest';
import { STORAGE } from '../../../shaders/host/bufferUsage.ts';
import { prepareCalls } from '../../../shaders/host/dispatch.ts';
import { call, defineKernel } from '../../../shaders/kernel.ts';
import { gpuOrNull } from '../../../shaders/testing/gpu.ts';
import { KernelTimer } from './kernelTimer.ts';

const gpu = await gpuOrNull();

/** One invocation that is at work for a while. */
const busy = defineKernel({
  name: 'busy',
  source: `
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn busy(@builtin(global_invocation_id) id: vec3u) {
  for (var i = 0u; i < 2000u; i++) { y[id.x] = fma(y[id.x], 0.5, 1.0); }
}`,
  buffers: { y: 'read_write' },
  params: {},
  constants: {},
  workgroups: () => [1, 1, 1],
  reference: ({ y }) => y.fill(2),
});

describe.skipIf(!gpu?.device.features.has('timestamp-query'))('timestamps', () => {
  it('of more dispatches than a query set holds are all read, once', async () => {
    if (!gpu) return;
    const { device, pipelines } = gpu;
    const y = { buffer: device.createBuffer({ size: 256, usage: STORAGE }) };
    const { dispatches, params } = await prepareCalls(device, pipelines, [
      call(busy, { buffers: { y }, params: {} }),
    ]);
    const [dispatch] = dispatches;
    if (!dispatch) throw new Error('no dispatch');
    const timer = new KernelTimer(device, 8);
    // Sent in batches that end within a query set, with it and beyond it: 4 dispatches fill one.
    for (const [round, sizes] of [
      [3, 4, 1, 11],
      [2, 9],
    ].entries()) {
      for (const size of sizes) {
        const encoder = device.createCommandEncoder();
        const named = Array.from({ length: size }, (_, i) => ({
          ...dispatch,
          name: `${round} ${size} ${i}`,
        }));
        timer.encode(encoder, named);
        device.queue.submit([encoder.finish()]);
      }
      const spent = await timer.take();
      const names = sizes.flatMap((size) => Array.from({ length: size }, (_, i) => `${round} ${size} ${i}`));
      expect([...spent.keys()].sort()).toEqual(names.sort());
      expect([...spent.values()].every((ms) => ms >= 0)).toBe(true);
      expect([...spent.values()].some((ms) => ms > 0)).toBe(true);
    }
    expect((await timer.take()).size).toBe(0);
    y.buffer.destroy();
    params.destroy();
  });
});
