// The comparison on a device: both sides run the same layer, down to the same gradients, and what it took is told.
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../../../shaders/testing/gpu.ts';
import { steadyClock } from '../../../testing/steadyClock.ts';
import { openOrt } from '../ort/openOrt.ts';
import { OrtBackend } from '../ort/ortBackend.ts';
import { knownComparison } from '../softwareAdapter.ts';
import { compareBackends } from './compare.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('WebGPU beside ONNX Runtime', () => {
  it('tells what a layer takes on each', async () => {
    if (!gpu) return;
    const ort = new OrtBackend(await openOrt());
    // Every reading is long enough at once.
    const measured = await compareBackends(gpu.device, ort, steadyClock(10));
    expect(knownComparison(JSON.parse(JSON.stringify(measured)))).toEqual(measured);
    expect(ort.sessions).toBe(1);
    ort.destroy();
  });
});
