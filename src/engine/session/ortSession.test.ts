// Runs where there is no WebGPU: by themselves on ONNX Runtime; where it does not start, or gives up on the way, in plain TypeScript, and told.
import { describe, expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { readPublic } from '../testing/embedded.ts';
import { lackingOrt } from '../testing/lackingOrt.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import type { BackendChoice } from '../training/backends/deviceInfo.ts';
import type { OrtSource } from '../training/backends/ort/fetchOrt.ts';
import { fetchOrt, ORT_FILE, threadsOf } from '../training/backends/ort/fetchOrt.ts';
import { openOrt, whyUnstarted } from '../training/backends/ort/openOrt.ts';
import type { OrtRuntime } from '../training/backends/ort/ortBackend.ts';
import { Assets } from './assets.ts';
import { inspectRecipe } from './inspectRecipe.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

const assets = new Assets(readPublic);
const runtime = await openOrt();
const STEPS = 4;
const patch = { 'train.max_steps': STEPS, 'generate.max_new_tokens': 1, 'train.save_steps': 1 };

async function train(ort: OrtSource | null, backend: BackendChoice = 'auto') {
  const events: Event[] = [];
  const session = new Session({
    ...{ assets, gpu: null, ort, store: memoryStore(), now: steadyClock() },
    emit: (event) => events.push(event),
    breathe: () => Promise.resolve(),
  });
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  await session.handle({
    type: 'train',
    recipe: { ...made, values: withPatch(made.values, patch) },
    backend,
  });
  return {
    events,
    devices: events.flatMap((event) => (event.type === 'device' ? [event.device] : [])),
    losses: events.flatMap((event) => (event.type === 'step' ? [event.metrics.loss] : [])),
    notes: events.flatMap((event) => (event.type === 'phase' ? [event.note] : [])),
    failed: events.flatMap((event) => (event.type === 'failed' ? [event.error.message.en] : [])),
    last: events.at(-1)?.type,
  };
}

/** One whose graphs run so often, and then say this. */
function fragile(runs: number, message: string): OrtRuntime {
  let left = runs;
  return {
    Tensor: runtime.Tensor,
    createSession: async (model, options) => {
      const session = await runtime.createSession(model, options);
      const run = session.run.bind(session);
      session.run = (feeds: Parameters<typeof run>[0]) =>
        left-- > 0 ? run(feeds) : Promise.reject(new Error(message));
      return session;
    },
  };
}

const plain = await train(null, 'cpu');

describe('without WebGPU', () => {
  it('trains on ONNX Runtime by itself, as TypeScript does', async () => {
    const { devices, losses, last } = await train(() => Promise.resolve(runtime));
    expect(devices).toMatchObject([{ backend: 'ort', reason: 'no-webgpu', trouble: null }]);
    expect(last).toBe('finished');
    expect(losses).toHaveLength(STEPS);
    for (const [i, loss] of losses.entries())
      expect(Math.abs(loss - (plain.losses[i] ?? Number.NaN))).toBeLessThanOrEqual(BOUNDS.drift);
  });

  it('trains in TypeScript where ONNX Runtime is not offered', async () => {
    expect((await train(null)).devices).toMatchObject([{ backend: 'cpu', reason: 'no-webgpu' }]);
  });

  const refusal = 'Refused to compile WebAssembly: violates the Content Security Policy directive';
  it.each([
    ['a policy', refusal, /WebAssembly is not allowed here/],
    ['memory', 'could not allocate memory', /could not be started: could not allocate memory/],
  ])('trains in TypeScript where it does not start: %s', async (_, cause, words) => {
    const { devices, losses, last } = await train(() => Promise.reject(whyUnstarted(new Error(cause))));
    expect(devices).toMatchObject([{ backend: 'cpu', reason: 'ort-failed' }]);
    expect(devices[0]?.trouble?.en).toMatch(words);
    expect(devices[0]?.trouble?.en).toContain('CPU backend');
    expect(last).toBe('finished');
    expect(losses).toEqual(plain.losses);
  });

  it.each([
    ['memory', () => fragile(2, 'std::bad_alloc'), 'std::bad_alloc'],
    ['an operator that the build lacks', () => lackingOrt(runtime), 'lacks an operator that this needs'],
  ])('goes on in TypeScript from the last saved step: %s', async (_, open, cause) => {
    const { devices, losses, notes, failed, last } = await train(() => Promise.resolve(open()));
    expect(failed).toEqual([]);
    expect(last).toBe('finished');
    expect(devices.map(({ backend }) => backend)).toEqual(['ort', 'cpu']);
    expect(devices[1]?.trouble?.en).toContain(cause);
    expect(notes).toContain('plain');
    expect(losses).toHaveLength(STEPS);
    for (const [i, loss] of losses.entries())
      expect(Math.abs(loss - (plain.losses[i] ?? Number.NaN))).toBeLessThanOrEqual(BOUNDS.drift);
  });
});

it('has its sessions counted before a run, as the run counts them', async () => {
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const { events } = await train(() => Promise.resolve(runtime));
  const [started] = events.flatMap((event) => (event.type === 'started' ? [event.peakBytes] : []));
  const breathe = () => Promise.resolve();
  const recipe = { ...made, values: withPatch(made.values, patch) };
  const before = await inspectRecipe(assets, recipe, breathe, true);
  expect(before.estimate?.memory.peakBytes).toBe(started);
  const without = (await inspectRecipe(assets, recipe, breathe)).estimate?.memory.peakBytes ?? 0;
  expect(started).toBeGreaterThan(without);
});

describe('its threads', () => {
  it('are as many as processors, at most eight, where the page may share memory', () => {
    expect([1, 2, 8, 64].map((processors) => threadsOf(true, processors))).toEqual([1, 2, 8, 8]);
    expect(threadsOf(false, 8)).toBe(1);
    expect(threadsOf(true, Number.NaN)).toBe(1);
  });
  it('are told with the device', async () => {
    const { devices } = await train(() => Promise.resolve({ ...runtime, threads: 4 }));
    expect(devices).toMatchObject([{ backend: 'ort', threads: 4 }]);
    expect((await train(null)).devices).toMatchObject([{ backend: 'cpu', threads: null }]);
  });
});

describe('its program', () => {
  it('is fetched once; what failed is asked for again', async () => {
    const asked: string[] = [];
    let answers = false;
    const source = fetchOrt(
      (path) => {
        asked.push(path);
        return answers ? Promise.resolve(new Uint8Array(1)) : Promise.reject(new Error('cut'));
      },
      () => Promise.resolve(runtime),
    );
    await expect(source({})).rejects.toThrow('cut');
    answers = true;
    expect(await source({})).toBe(runtime);
    expect(await source({})).toBe(runtime);
    expect(asked).toEqual([ORT_FILE, ORT_FILE]);
  });
});
