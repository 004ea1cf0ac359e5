// What is made for ONNX Runtime's own WebGPU, without a GPU: the same numbers from graphs that have only what it computes, and who gets it.
// That it computes them on one is a journey's to show (e2e/automatic.spec.ts).
import { describe, expect, it } from 'vitest';
import { embeddedTrainer } from '../../../testing/embedded.ts';
import { parityCases } from '../../../testing/parityCases.ts';
import { steadyClock } from '../../../testing/steadyClock.ts';
import type { BackendChoice } from '../deviceInfo.ts';
import { deviceClass } from '../deviceInfo.ts';
import { openBackend, probeDevice } from '../openDevice.ts';
import { openOrt } from './openOrt.ts';
import type { OrtRuntime } from './ortBackend.ts';
import { OrtBackend } from './ortBackend.ts';

const processor = await openOrt();

/** Graphs as a GPU gets them, computed by the processor; what was asked for them. */
function pretended() {
  const asked: { readonly providers: unknown; readonly model: Buffer }[] = [];
  const lost = new EventTarget();
  const device = Object.assign(lost, { lost: new Promise(() => {}) }) as unknown as GPUDevice;
  const runtime: OrtRuntime = {
    ...processor,
    device,
    createSession: (model, options) => {
      asked.push({ providers: options.executionProviders, model: Buffer.from(model) });
      return processor.createSession(model, { ...options, executionProviders: ['wasm'] });
    },
  };
  return { runtime, asked, lost };
}

describe('graphs for it, against PEFT', () => parityCases(() => new OrtBackend(pretended().runtime)));

it('asks it for training, in operators that it has', async () => {
  const { runtime, asked } = pretended();
  const rows = '{"prompt": "Where?", "completion": "There."}';
  const { trainer } = await embeddedTrainer(new OrtBackend(runtime), rows, { 'train.max_steps': 1 });
  await trainer.next();
  expect(asked.map(({ providers }) => providers)).toEqual([['webgpu']]);
  expect(asked[0]?.model.includes('FusedMatMul')).toBe(false);
  expect(asked[0]?.model.includes('MatMul')).toBe(true);
});

describe('it runs', () => {
  const adapter = {
    info: { vendor: 'maker', architecture: 'kind', device: '', description: '', isFallbackAdapter: false },
    features: new Set<string>(),
    limits: {},
    requestDevice: () => Promise.reject(new Error('a device of our own was asked for')),
  };
  const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
  const open = (
    choice: BackendChoice,
    { on = gpu as GPU | null, ortGpu = () => Promise.resolve(pretended().runtime) } = {},
  ) => openBackend({ gpu: on, ort: () => Promise.resolve(processor), ortGpu, choice, now: steadyClock() });

  it('where it is chosen, on the adapter, by its name', async () => {
    const { backend, device } = await open('ort-webgpu');
    expect(backend.kind).toBe('ort-webgpu');
    expect(device).toMatchObject({ backend: 'ort-webgpu', reason: null, trouble: null });
    expect(deviceClass(device)).toBe('ort-webgpu:maker/kind');
    expect(deviceClass(await probeDevice(gpu, 'ort-webgpu', true))).toBe('ort-webgpu:maker/kind');
  });

  it('nowhere unasked', async () => {
    const asked: string[] = [];
    const ortGpu = () => {
      asked.push('fetched');
      return Promise.resolve(pretended().runtime);
    };
    await expect(open('auto', { ortGpu })).rejects.toThrow('of our own');
    expect((await open('auto', { on: null, ortGpu })).device.backend).toBe('ort');
    expect(asked).toEqual([]);
  });

  it('nowhere without an adapter, where its WebAssembly takes its place, told', async () => {
    expect((await open('ort-webgpu', { on: null })).device).toMatchObject({
      backend: 'ort',
      reason: 'no-webgpu',
    });
  });

  it('not where it does not start, told', async () => {
    const ortGpu = () => Promise.reject(new Error('blocked'));
    const { device } = await open('ort-webgpu', { ortGpu });
    expect(device).toMatchObject({
      backend: 'cpu',
      reason: 'ort-failed',
      trouble: { en: expect.stringContaining('blocked') },
    });
  });

  it('until its device fails', async () => {
    const { runtime, lost } = pretended();
    const opened = await open('ort-webgpu', { ortGpu: () => Promise.resolve(runtime) });
    lost.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: { message: 'out of memory' } }));
    expect(await opened.lost).toMatchObject({ code: 'ort-error' });
    expect((await opened.lost).message).toContain('out of memory');
  });
});
