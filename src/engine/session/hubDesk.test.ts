// What the page is told while models are fetched: how far they are, that they are here, what went wrong; nothing of what was given up, and
// the read token never.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { decodeEvent } from '../eventShapes.ts';
import type { Answer } from '../ground/fetching/testing/hostileServer.ts';
import { status, testNet } from '../ground/fetching/testing/hostileServer.ts';
import { memoryFolder, memoryLocks } from '../hub/cache/memoryFolder.ts';
import type { HubServer } from '../hub/testing/hubServer.ts';
import { COMMIT, hubServer, READ_TOKEN } from '../hub/testing/hubServer.ts';
import type { Event } from '../protocol.ts';
import { randomFolder } from '../testing/checkpoint.ts';
import { HubDesk } from './hubDesk.ts';

let server: HubServer;
const folder = randomFolder();
const bytes = [...folder.values()].reduce((sum, { length }) => sum + length, 0);
beforeAll(async () => {
  server = await hubServer();
  server.serve({ id: 'tests/Tiny', files: folder, gated: 'auto' });
});
afterAll(() => server.close());
beforeEach(() => server.forget());

function desk() {
  const events: Event[] = [];
  const cache = { folder: memoryFolder(), locks: memoryLocks(), lasts: false };
  let now = 0;
  const made = new HubDesk({
    net: testNet(),
    cache,
    // As they cross to the page: whole messages, each with its check.
    emit: (event) => void events.push(decodeEvent(event)),
    now: () => (now += 1000),
  });
  const hub = { address: server.address, token: READ_TOKEN };
  return { made, events, hub };
}

const typesOf = (events: readonly Event[]): string[] => [...new Set(events.map(({ type }) => type))];

it('tells bytes and speed, hands the files over, lists them and deletes them', async () => {
  const { made, events, hub } = desk();
  await made.handle({ type: 'hub-open', id: 1, wish: 'tests/Tiny', hub });
  expect(typesOf(events)).toEqual(['hub-progress', 'hub-opened']);
  const last = events.findLast((event) => event.type === 'hub-progress');
  expect(last).toMatchObject({ id: 1, file: 'model.safetensors', done: bytes, total: bytes });
  expect(last).toHaveProperty('rate.bytesPerSecond');
  const opened = events.at(-1);
  expect(opened).toMatchObject({ name: 'Tiny', source: { hub: 'tests/Tiny', revision: COMMIT, file: null } });
  const files = opened?.type === 'hub-opened' ? opened.files : [];
  expect(files.reduce((sum, { file }) => sum + file.size, 0)).toBe(bytes);
  await made.handle({ type: 'hub-list', id: 2 });
  const kept = events.at(-1);
  expect(kept).toMatchObject({
    type: 'hub-kept',
    id: 2,
    lasts: false,
    models: [{ id: 'tests/Tiny', whole: true }],
  });
  const name = kept?.type === 'hub-kept' ? (kept.models[0]?.name ?? '') : '';
  await made.handle({ type: 'hub-forget', id: 3, name });
  expect(events.at(-1)).toMatchObject({ type: 'hub-kept', id: 3, models: [] });
  expect(JSON.stringify(events)).not.toContain(READ_TOKEN);
});

it('says nothing more of what was given up, and goes on with it when it is asked for again', async () => {
  const { made, events, hub } = desk();
  const half: Answer = (_, response) => {
    const weights = folder.get('model.safetensors') ?? new Uint8Array();
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, weights.length / 2));
    // Heard, the person gives up; whoever hears more than that hears too much.
    const giveUp = (): void => {
      if (!events.some((event) => event.type === 'hub-progress' && event.file === 'model.safetensors'))
        return void setTimeout(giveUp, 5);
      void made.handle({ type: 'hub-cancel', id: 1 });
      events.length = 0;
    };
    giveUp();
  };
  server.answers('cdn', 'model.safetensors', half);
  await made.handle({ type: 'hub-open', id: 1, wish: 'tests/Tiny', hub });
  expect(events).toEqual([]);
  await made.handle({ type: 'hub-open', id: 2, wish: 'tests/Tiny', hub });
  expect(events.at(-1)).toMatchObject({ type: 'hub-opened', id: 2 });
  expect(server.asked.at(-1)?.headers.range).toMatch(/^bytes=\d+-$/);
});

it('tells what went wrong in both languages, and a newer search takes the place of an older one', async () => {
  const { made, events, hub } = desk();
  await made.handle({ type: 'hub-look', id: 1, wish: 'Tiny', hub });
  await made.handle({ type: 'hub-look', id: 2, wish: 'tests/Tiny', hub: { address: 'h.org', token: null } });
  server.answers('hub', '/config.json', status(403, { 'x-error-code': 'GatedRepo' }));
  await made.handle({ type: 'hub-open', id: 3, wish: 'tests/Tiny', hub });
  const codes = events.flatMap((event) => (event.type === 'hub-failed' ? [event.error.code] : []));
  expect(codes).toEqual(['hub-name', 'hub-address', 'hub-gated']);
  expect(JSON.stringify(events)).not.toContain(READ_TOKEN);
  events.length = 0;
  await Promise.all([
    made.handle({ type: 'hub-search', id: 4, words: 'nothing', hub }),
    made.handle({ type: 'hub-search', id: 5, words: 'tiny', hub }),
  ]);
  expect(events).toMatchObject([{ type: 'hub-found', id: 5, models: [{ id: 'tests/Tiny', gated: true }] }]);
});
