// A group quantised on the device, member by member and in pieces, is bit for bit what packing on the CPU makes.
import { describe, expect, it } from 'vitest';
import { Pipelines } from '../../../shaders/host/pipelines.ts';
import { fourBitType, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import { packQuantised } from '../../../shaders/quant/packing.ts';
import { randomBlocks } from '../../../shaders/testing/blocks.ts';
import { gpuOrNull } from '../../../shaders/testing/gpu.ts';
import type { PlainTensor } from '../../models/groupQuantiser.ts';
import { floatsOf } from '../../models/weightSource.ts';
import { DeviceQuantiser } from './deviceQuantiser.ts';
import { GpuBackend } from './gpuBackend.ts';

const gpu = await gpuOrNull();

/** As a file has them, the last one longer than a piece and no multiple of it. */
const tensors = (): PlainTensor[] =>
  ([64, 300 * 64, 150 * 64] as const).map((count, i) => {
    const format = i === 2 ? 'q8_0' : 'bf16';
    return { format, count, bytes: randomBlocks(format, count, i, 0x30) };
  });

describe.skipIf(!gpu)('quantised on the device', () => {
  it.each(['nf4', 'nf4-double', 'fp4-double'] as const)('%s', async (format) => {
    if (!gpu) return;
    const backend = new GpuBackend(gpu.device);
    const quantiser = new DeviceQuantiser(gpu.device, new Pipelines(gpu.device), backend, {
      faster: true,
      piece: 128 * 64,
    });
    const counts = tensors().map(({ count }) => count);
    const before = backend.allocatedBytes();
    const group = { name: 'weights/g', format, counts };
    for (const [member, tensor] of tensors().entries()) {
      if (member === 0) expect(await quantiser.begin(group, tensor)).toBe(true);
      await quantiser.put(member, tensor);
    }
    await quantiser.end();
    const double = format.endsWith('double');
    const want = packQuantised(
      tensors().map((tensor) => quantise4(floatsOf(tensor), fourBitType(format), double)),
    );
    for (const [name, words] of [
      ['weights/g', want.words],
      ['weights/g.scales', want.scales],
    ] as const) {
      const got = await backend.read(name, 0, words.length, 'save');
      expect(new Uint32Array(got.buffer), name).toEqual(words);
      backend.free(name);
    }
    quantiser.close();
    // What is left is the staging buffer of the readbacks.
    expect(backend.allocatedBytes() - before).toBeLessThanOrEqual(want.words.byteLength);
  });
});
