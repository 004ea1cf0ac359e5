// A hub that lists files as ModelScope does: the same model as from the other, without fetching a file twice that both have.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { testNet } from '../ground/fetching/testing/hostileServer.ts';
import { randomFolder } from '../testing/checkpoint.ts';
import { memoryFolder, memoryLocks } from './cache/memoryFolder.ts';
import { lookAtDataset } from './datasets/dataset.ts';
import { Hub } from './hub.ts';
import { searchHub } from './search.ts';
import type { HubServer } from './testing/hubServer.ts';
import { COMMIT, hubServer } from './testing/hubServer.ts';
import { readHubAddress, readWish } from './wish.ts';

let server: HubServer;
const folder = randomFolder();
const weights = folder.get('model.safetensors') ?? new Uint8Array();
beforeAll(async () => {
  server = await hubServer();
  server.serve({ id: 'tests/Tiny', files: folder });
});
afterAll(() => server.close());

const open = (hub: Hub, wish: string, address: string) =>
  hub.open(readWish(wish, address), { address, token: null });

it('is opened at the newest commit, from the same cache', async () => {
  const hub = new Hub({ folder: memoryFolder(), locks: memoryLocks() }, testNet());
  const address = `${server.address}/models`;
  const model = await open(hub, 'tests/Tiny', address);
  expect(model.source).toEqual({ hub: 'tests/Tiny', revision: COMMIT, file: null });
  expect(model.files.map(({ name }) => name)).toContain('tokenizer.json');
  const asked = server.asked.filter(({ server: who }) => who === 'hub').map(({ path }) => path);
  expect(asked[0]).toBe('/api/v1/models/tests/Tiny/repo/files');
  expect(asked).toContain(`/models/tests/Tiny/resolve/${COMMIT}/model.safetensors`);
  server.serve({ id: 'tests/Twin', files: folder });
  await open(hub, 'tests/Twin', server.address);
  expect(server.sentBytes).toBe(weights.length);
});

it.each(['tests/Nowhere', 'tests/Tiny@other'])('%s is told as what is not there', async (wish) => {
  const hub = new Hub({ folder: memoryFolder(), locks: memoryLocks() }, testNet());
  const error: unknown = await open(hub, wish, `${server.address}/models`).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: 'hub-none' });
});

it('says that it is not searched', async () => {
  const settings = { address: `${server.address}/models`, token: null };
  await expect(searchHub(testNet(), settings, 'tiny')).rejects.toThrow(/can't be searched from here/);
});

it('says that its data sets are not read, instead of that there is none', async () => {
  const settings = { address: `${server.address}/models`, token: null };
  server.forget();
  const asked = { id: 'tests/rows', revision: null };
  await expect(lookAtDataset(testNet(), settings, asked)).rejects.toMatchObject({ code: 'hub-datasets' });
  expect(server.asked).toEqual([]);
});

it.each(['https://modelscope.cn', 'https://www.modelscope.cn/', 'https://modelscope.cn/models/'])(
  '%s is its address',
  (given) => {
    expect(readHubAddress(given)).toMatch(/^https:\/\/(www\.)?modelscope\.cn\/models$/);
  },
);

it('that does not answer is told as such', async () => {
  const net = testNet(() => Promise.reject(new TypeError('Failed to fetch')));
  const hub = new Hub({ folder: memoryFolder(), locks: memoryLocks() }, net);
  await expect(open(hub, 'tests/Tiny', 'https://h.org')).rejects.toThrow(
    /h\.org does not answer, or does not let pages of other sites read/,
  );
});
