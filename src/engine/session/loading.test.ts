// A run whose model is on its way: what comes is named, what is given up ends its requests, and what fails trains nothing.
import { expect, it } from 'vitest';
import { readAddress } from '../ground/fetching/address.ts';
import { fetchBytes } from '../ground/fetching/download.ts';
import type { HostileServer } from '../ground/fetching/testing/hostileServer.ts';
import {
  hostileServer,
  serving,
  sha256Of,
  status,
  testNet,
} from '../ground/fetching/testing/hostileServer.ts';
import type { ReadAsset } from '../models/modelFiles.ts';
import type { Event } from '../protocol.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { Assets } from './assets.ts';
import { Session } from './session.ts';
import { memoryStore } from './snapshot.ts';

/** A session whose weights come from a hostile server, and what it told of a run. */
async function session(answer: (server: HostileServer, model: Uint8Array) => void) {
  const server = await hostileServer();
  const model = await readPublic('model/model.safetensors');
  answer(server, model);
  const address = readAddress(`${server.origin}/model.safetensors`);
  const known = { sizeBytes: model.length, sha256: sha256Of(model) };
  const read: ReadAsset = (path, options) =>
    path.endsWith('.safetensors')
      ? fetchBytes(testNet(), address, { ...options, known, mostBytes: model.length })
      : readPublic(path);
  const assets = new Assets(read);
  const events: Event[] = [];
  let heard: (event: Event) => void = () => {};
  const one = new Session({
    assets,
    gpu: null,
    store: memoryStore(),
    emit: (event) => {
      events.push(event);
      heard(event);
    },
    now: steadyClock(),
    // Requests go on between two pieces of work.
    breathe: () => new Promise((done) => void setImmediate(done)),
  });
  const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
  return {
    server,
    events,
    one,
    train: () => one.handle({ type: 'train', recipe, backend: 'cpu' }),
    hear: (listener: typeof heard) => {
      heard = listener;
    },
  };
}
const loading = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'phase' && event.phase === 'loading' ? [event] : []));

it.each([
  ['first', 1],
  ['last', 2_630_760],
])(
  'names the file, its size, and when it is asked for again, until it is given up at the %s bytes',
  async (_, doneBytes) => {
    const { server, events, one, train, hear } = await session((from, model) =>
      from.answers('/model.safetensors', status(503, { 'retry-after': '4' }), serving({ bytes: model })),
    );
    let given: Promise<void> | null = null;
    hear((event) => {
      if (event.type === 'phase' && event.done >= doneBytes) given ??= one.handle({ type: 'reset' });
    });
    await train();
    await given;
    const told = loading(events).flatMap(({ file, total }) => (file ? [{ ...file, total }] : []));
    expect(told[0]).toEqual({ name: 'model.safetensors', waitMs: 4000, total: 0 });
    expect(told.at(-1)).toEqual({ name: 'model.safetensors', waitMs: 0, total: 2_630_760 });
    expect(events.at(-1)).toMatchObject({ type: 'phase', phase: 'idle' });
    server.close();
  },
);

it.each(['reset', 'stop'] as const)('ends the request at %s, and is idle', async (type) => {
  let asked = (): void => {};
  const waits = new Promise<void>((done) => {
    asked = done;
  });
  const { server, events, one, train } = await session((from) =>
    from.answers('/model.safetensors', () => asked()),
  );
  const trained = train();
  await waits;
  const ended = one.handle({ type });
  await trained;
  await ended;
  await server.hungUp;
  expect(events.findLast((event) => event.type === 'phase')).toMatchObject({ phase: 'idle' });
  expect(events.some((event) => event.type === 'failed' || event.type === 'step')).toBe(false);
  server.close();
});

it('trains nothing with a model of other bytes', async () => {
  const { server, events, train } = await session((from, model) =>
    from.answers(
      '/model.safetensors',
      serving({ bytes: model.map((byte, i) => (i === 2_000_000 ? byte ^ 64 : byte)) }),
    ),
  );
  await train();
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'fetch-digest' } });
  expect(events.some(({ type }) => type === 'step')).toBe(false);
  server.close();
});
