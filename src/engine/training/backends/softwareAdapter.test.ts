// What an adapter without a GPU is called, which backend is taken by what was measured, and what is kept of it; and that a page takes it
// without opening a device, told.
import { describe, expect, it } from 'vitest';
import { steadyClock } from '../../testing/steadyClock.ts';
import type { BackendChoice, BackendKind } from './deviceInfo.ts';
import { openBackend, probeDevice } from './openDevice.ts';
import { openOrt } from './ort/openOrt.ts';
import { comparisonKey, isSoftware, knownComparison, takenOf } from './softwareAdapter.ts';
import { memoryTuning } from './variants.ts';

const named = (names: Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>>) => ({
  ...{ vendor: '', architecture: '', device: '', description: '' },
  ...names,
});
const swiftshader = { ...named({ vendor: 'google', architecture: 'swiftshader' }), isFallbackAdapter: true };
const graphics = { ...named({ vendor: 'nvidia', architecture: 'ampere' }), isFallbackAdapter: false };

describe('an adapter that computes on the processor', () => {
  it.each([
    ['SwiftShader', named({ vendor: 'google', architecture: 'swiftshader' })],
    ['lavapipe', named({ vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' })],
    ['Windows', named({ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' })],
    ['one that says no more', { ...named({}), isFallbackAdapter: true }],
  ])('%s', (_, info) => expect(isSoftware(info)).toBe(true));
  it.each([
    ['a GPU', graphics],
    ['one without names', named({})],
    [
      'a GPU in Mesa',
      named({ vendor: 'amd', architecture: 'rdna-3', description: 'AMD Radeon RX 7900 (RADV)' }),
    ],
  ])('is not %s', (_, info) => expect(isSoftware(info)).toBe(false));
});

describe('what is taken', () => {
  it('is ONNX Runtime, unless WebGPU is clearly faster', () => {
    expect(takenOf({ webgpuMs: 20, ortMs: 10 })).toBe('ort');
    expect(takenOf({ webgpuMs: 10, ortMs: 10 })).toBe('ort');
    expect(takenOf({ webgpuMs: 10, ortMs: 11 })).toBe('ort');
    expect(takenOf({ webgpuMs: 10, ortMs: 13 })).toBe('webgpu');
  });
  it('is known from what was kept, and from nothing else', () => {
    expect(knownComparison(JSON.parse('{"webgpuMs":20,"ortMs":10}'))).toEqual({ webgpuMs: 20, ortMs: 10 });
    for (const value of [
      undefined,
      null,
      3,
      {},
      { webgpuMs: 1 },
      { webgpuMs: 0, ortMs: 1 },
      { webgpuMs: '1', ortMs: 1 },
    ])
      expect(knownComparison(value)).toBe(null);
  });
  it('is kept apart for each adapter', () => {
    expect(comparisonKey(swiftshader)).not.toBe(comparisonKey(graphics));
  });
});

/** A GPU whose adapter has this name, and gives no device: nobody is to ask for one. */
function gpuOf(info: GPUAdapterInfo | typeof swiftshader): GPU {
  const adapter = {
    info,
    features: new Set<string>(),
    limits: {},
    requestDevice: () => Promise.reject(new Error('a device was asked for')),
  };
  return { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
}

const runtime = await openOrt();

async function opened(
  webgpuMs: number | null,
  { choice = 'auto', had = null }: { choice?: BackendChoice; had?: BackendKind | null } = {},
  info = swiftshader,
  ort = () => Promise.resolve(runtime),
) {
  const tuning = memoryTuning();
  if (webgpuMs !== null) await tuning.save(comparisonKey(info), { webgpuMs, ortMs: 10 });
  const gpu = gpuOf(info);
  const asked: string[] = [];
  const now = steadyClock();
  const watched = () => {
    asked.push('ort');
    return ort();
  };
  const device = await openBackend({ gpu, ort: watched, choice, had, tuning, now }).then(
    (one) => one.device,
    (error: Error) => error.message,
  );
  return { asked, device, probed: await probeDevice(gpu, choice, true, tuning) };
}

describe('Automatic', () => {
  it('takes ONNX Runtime where it was faster, and says by how much, without a device', async () => {
    const { device, probed } = await opened(21);
    const told = {
      backend: 'ort',
      reason: 'slower-adapter',
      compared: { adapter: 'swiftshader', times: 2.1 },
    };
    expect(device).toMatchObject(told);
    expect(probed).toMatchObject(told);
  });
  it('takes WebGPU where it was clearly faster, and fetches nothing', async () => {
    const { asked, device, probed } = await opened(5);
    expect([asked, device]).toEqual([[], 'a device was asked for']);
    expect(probed).toMatchObject({ backend: 'webgpu', compared: { times: 0.5 } });
  });
  it('measures what was not measured, on a device; where that fails ONNX Runtime runs, told', async () => {
    const { asked, device, probed } = await opened(null);
    expect(asked).toEqual(['ort']);
    const trouble = { en: expect.stringContaining('a device was asked for') };
    expect(device).toMatchObject({ backend: 'ort', reason: 'no-adapter', compared: null, trouble });
    expect(probed).toMatchObject({ backend: 'webgpu', compared: null, adapter: { fallback: true } });
  });
  it('measures nothing on a GPU, and fetches nothing', async () => {
    const { asked, device, probed } = await opened(21, {}, { ...graphics });
    expect([asked, device]).toEqual([[], 'a device was asked for']);
    expect(probed).toMatchObject({ backend: 'webgpu', compared: null, adapter: { fallback: false } });
  });
  it('takes WebGPU where ONNX Runtime does not start', async () => {
    const { device } = await opened(21, {}, swiftshader, () => Promise.reject(new Error('blocked')));
    expect(device).toBe('a device was asked for');
  });
});

it('whoever chose WebGPU has it', async () => {
  const { asked, device, probed } = await opened(21, { choice: 'webgpu' });
  expect([asked, device]).toEqual([[], 'a device was asked for']);
  expect(probed).toMatchObject({ backend: 'webgpu', reason: null });
});

describe('a run that goes on', () => {
  it('stays on WebGPU', async () => {
    expect(await opened(21, { had: 'webgpu' })).toMatchObject({
      asked: [],
      device: 'a device was asked for',
    });
  });
  it('goes on beside ONNX Runtime where that gave up', async () => {
    const gaveUp = () => Promise.reject(new Error('out of memory'));
    const { device } = await opened(21, { had: 'ort' }, swiftshader, gaveUp);
    expect(device).toMatchObject({ backend: 'cpu', reason: 'ort-failed' });
  });
});
