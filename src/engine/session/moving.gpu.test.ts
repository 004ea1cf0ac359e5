// A run that was saved on WebGPU goes on on ONNX Runtime, in TypeScript, and back: the same losses, but for roundings.
import { describe, it } from 'vitest';
import { gpuInstance, gpuOrNull } from '../../shaders/testing/gpu.ts';
import { expectSameRun, movedRun } from '../testing/movedRun.ts';
import { openOrt } from '../training/backends/ort/openOrt.ts';
import { memoryTuning } from '../training/backends/variants.ts';

const available = (await gpuOrNull()) !== null;

describe.skipIf(!available)('a saved run', () => {
  it('moves between all backends', async () => {
    const machines = { gpu: await gpuInstance(), ort: await openOrt(), tuning: memoryTuning() };
    const unbroken = await movedRun(['webgpu', 'webgpu', 'webgpu', 'webgpu', 'webgpu'], machines);
    expectSameRun(await movedRun(['webgpu', 'ort', 'webgpu', 'cpu', 'webgpu'], machines), unbroken);
  });
});
