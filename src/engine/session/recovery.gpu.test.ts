// A run that loses its device (in loading, in a step, in generation) or its whole session goes on from what was saved, and its
// losses are those of the unbroken run, bit for bit.
import { describe, expect, it } from 'vitest';
import { gpuInstance, gpuOrNull } from '../../shaders/testing/gpu.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import type { TuningCache } from '../training/backends/variants.ts';
import { memoryTuning } from '../training/backends/variants.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import type { SnapshotStore } from './snapshot.ts';
import { memoryStore } from './snapshot.ts';
import { newestSnapshot } from './snapshotDecode.ts';

const available = (await gpuOrNull()) !== null;
const assets = new Assets(readPublic);
const STEPS = 5;

async function recipe(): Promise<Recipe> {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'train.max_steps': STEPS,
    'train.per_device_train_batch_size': 1,
    'lora.lora_dropout': 0.1,
    'generate.max_new_tokens': 6,
  });
  return { ...made, values, prompts: ['Where is the mill?'] };
}

interface Played {
  readonly session: Session;
  readonly losses: number[];
  readonly events: Event[];
}

/** The kernels that were picked for this device: other ones add up in another order, and these tests compare bits. */
const picked = memoryTuning();

/** A session whose devices `onEvent` may destroy; a step told again replaces the earlier one. `gone`: whether there is no adapter now. */
async function play(
  store: SnapshotStore,
  onEvent: (event: Event, device: GPUDevice | undefined) => void = () => {},
  gone: () => boolean = () => false,
  tuning: TuningCache = picked,
): Promise<Played> {
  const gpu = await gpuInstance();
  const devices: GPUDevice[] = [];
  const watched = {
    ...gpu,
    requestAdapter: async (options?: GPURequestAdapterOptions) => {
      const adapter = gone() ? null : await gpu.requestAdapter(options);
      if (!adapter) return null;
      return new Proxy(adapter, {
        get: (target, key: keyof GPUAdapter) => {
          if (key === 'requestDevice')
            return async (descriptor?: GPUDeviceDescriptor) => {
              const device = await target.requestDevice(descriptor);
              devices.push(device);
              return device;
            };
          const value: unknown = target[key];
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  } satisfies Partial<GPU> as GPU;
  const losses: number[] = [];
  const events: Event[] = [];
  let clock = 0;
  const session = new Session({
    assets,
    gpu: watched,
    store,
    tuning,
    emit: (event) => {
      events.push(event);
      if (event.type === 'step') losses[event.metrics.step - 1] = event.metrics.loss;
      onEvent(event, devices.at(-1));
    },
    // Hours pass between any two looks at the clock, so that every step is saved.
    now: () => (clock += 1e7),
    breathe: () => Promise.resolve(),
  });
  return { session, losses, events };
}

const failures = (events: readonly Event[]) => events.filter((event) => event.type === 'failed');

describe.skipIf(!available)('a run that loses its device', () => {
  const unbroken = (async () => {
    if (!available) return [];
    const { session, losses } = await play(memoryStore());
    await session.handle({ type: 'train', recipe: await recipe(), backend: 'webgpu' });
    return losses;
  })();

  const moments: readonly (readonly [string, (event: Event) => boolean])[] = [
    [
      'in loading',
      (event) =>
        event.type === 'phase' && event.phase === 'loading' && event.note !== 'tuning' && event.done > 0,
    ],
    ['in the answers before', (event) => event.type === 'answer' && event.side === 'before' && !event.done],
    ['in step 3', (event) => event.type === 'step' && event.metrics.step === 3],
    ['in the answers after', (event) => event.type === 'answer' && event.side === 'after' && !event.done],
  ];
  it.each(moments)('%s', async (_, when) => {
    // Measures the kernels, once for all.
    await unbroken;
    let destroyed = 0;
    const { session, losses, events } = await play(memoryStore(), (event, device) => {
      if (destroyed > 0 || !when(event)) return;
      destroyed += 1;
      device?.destroy();
    });
    await session.handle({ type: 'train', recipe: await recipe(), backend: 'webgpu' });
    expect(failures(events)).toEqual([]);
    expect(destroyed).toBe(1);
    expect(events.some((event) => event.type === 'phase' && event.note === 'recovering')).toBe(true);
    expect(losses).toEqual(await unbroken);
    expect(events.at(-1)?.type).toBe('finished');
  });

  it('while its kernels are measured', async () => {
    let destroyed = 0;
    const { session, events } = await play(
      memoryStore(),
      (event, device) => {
        if (destroyed > 0 || event.type !== 'phase' || event.note !== 'tuning' || event.done === 0) return;
        destroyed += 1;
        device?.destroy();
      },
      () => false,
      memoryTuning(),
    );
    await session.handle({ type: 'train', recipe: await recipe(), backend: 'webgpu' });
    expect(failures(events)).toEqual([]);
    expect(destroyed).toBe(1);
    expect(events.at(-1)?.type).toBe('finished');
  });

  it('in loading, with no adapter for a moment after', async () => {
    let left = 0;
    let destroyed = 0;
    const { session, losses, events } = await play(
      memoryStore(),
      (event, device) => {
        if (destroyed > 0 || event.type !== 'phase' || event.note === 'tuning' || event.done === 0) return;
        destroyed += 1;
        left = 2;
        device?.destroy();
      },
      () => left-- > 0,
    );
    await session.handle({ type: 'train', recipe: await recipe(), backend: 'auto' });
    expect(failures(events)).toEqual([]);
    const opened = events.flatMap((event) => (event.type === 'device' ? [event.device.backend] : []));
    expect(opened).toEqual(['webgpu', 'webgpu']);
    expect(losses).toEqual(await unbroken);
  });

  it('while it is paused', async () => {
    let device: GPUDevice | undefined;
    const { session, losses, events } = await play(memoryStore(), (_, newest) => {
      device = newest;
    });
    const wanted = await recipe();
    for (let i = 0; i < 3; i++) await session.handle({ type: 'step', recipe: wanted, backend: 'webgpu' });
    device?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await session.handle({ type: 'train', recipe: wanted, backend: 'webgpu' });
    expect(failures(events)).toEqual([]);
    expect(losses).toEqual(await unbroken);
  });

  it('with its whole session: another one finds what was saved and goes on', async () => {
    const store = memoryStore();
    const first = await play(store);
    const wanted = await recipe();
    for (let i = 0; i < 3; i++)
      await first.session.handle({ type: 'step', recipe: wanted, backend: 'webgpu' });
    const second = await play(store);
    await second.session.handle({ type: 'saved' });
    const saved = second.events.find((event) => event.type === 'saved');
    expect(saved?.run.step).toBe(3);
    expect(saved?.run.totalSteps).toBe(STEPS);
    await second.session.handle({ type: 'resume', recipe: null, until: null, backend: 'webgpu' });
    const restored = second.events.find((event) => event.type === 'restored');
    expect(restored?.metrics.map(({ loss }) => loss)).toEqual((await unbroken).slice(0, 3));
    expect([...first.losses, ...second.losses.slice(3)]).toEqual(await unbroken);
    expect((await newestSnapshot(store))?.state.step).toBe(STEPS);
  });

  it('with its whole session before anything was saved: another one begins anew', async () => {
    const store = memoryStore();
    const wanted = await recipe();
    const another = { ...wanted, values: { ...wanted.values, 'train.seed': 7 } };
    const before = await play(store);
    await before.session.handle({ type: 'step', recipe: another, backend: 'webgpu' });
    const { session, losses, events } = await play(store);
    await session.handle({ type: 'resume', recipe: wanted, until: null, backend: 'webgpu' });
    expect(failures(events)).toEqual([]);
    expect(losses).toEqual(await unbroken);
  });

  it('gives the files that there was no memory for a moment ago', async () => {
    const { session, events } = await play(memoryStore());
    await session.handle({ type: 'step', recipe: await recipe(), backend: 'webgpu' });
    const { slice } = ArrayBuffer.prototype;
    ArrayBuffer.prototype.slice = () => {
      ArrayBuffer.prototype.slice = slice;
      throw new RangeError('Array buffer allocation failed');
    };
    for (const id of [1, 2]) await session.handle({ type: 'export', id, format: 'peft', dtype: 'float16' });
    const told = events.filter(({ type }) => type === 'refused' || type === 'exported' || type === 'failed');
    expect(told).toMatchObject([
      { type: 'refused', error: { code: 'out-of-memory' } },
      { type: 'exported', id: 2 },
    ]);
  });

  it('gives up when the device is lost again and again', async () => {
    const { session, events } = await play(memoryStore(), (event, device) => {
      if (event.type === 'answer') device?.destroy();
    });
    await session.handle({ type: 'train', recipe: await recipe(), backend: 'webgpu' });
    const failed = failures(events)[0];
    expect(failed?.type === 'failed' && failed.error.code).toBe('device-lost');
  });
});
