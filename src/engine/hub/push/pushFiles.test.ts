// A run's files handed to a hub of this machine, over the package that speaks the protocol: what arrives is what was given, the token goes
// to the hub alone, and every refusal is said in our words.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled } from '../../ground/errors.ts';
import { status, testNet } from '../../ground/fetching/testing/hostileServer.ts';
import type { HubServer } from '../testing/hubServer.ts';
import { hubServer, READ_TOKEN } from '../testing/hubServer.ts';
import { PUSHED_COMMIT, WRITE_TOKEN } from '../testing/pushDoor.ts';
import type { PushProgress, PushWish } from './pushFiles.ts';
import { pushFiles } from './pushFiles.ts';

let server: HubServer;
beforeAll(async () => {
  server = await hubServer();
});
afterAll(() => server.close());
beforeEach(() => server.forget());

const weights = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 251);
const files = [
  { name: 'README.md', file: new Blob(['# An adapter']) },
  { name: 'adapter_model.safetensors', file: new Blob([weights]) },
];
const wish = (repository: string, patch: Partial<PushWish> = {}): PushWish => ({
  repository,
  private: true,
  title: 'An adapter',
  files,
  ...patch,
});
const push = (asked: PushWish, token: string | null = WRITE_TOKEN, onProgress?: (p: PushProgress) => void) =>
  pushFiles(testNet(), { address: server.address, token }, asked, onProgress ? { onProgress } : {});
const code = async (promised: Promise<unknown>): Promise<unknown> =>
  promised.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

describe('what is handed over', () => {
  it('makes the repository and brings every byte, the large files by the storage', async () => {
    const told: PushProgress[] = [];
    const pushed = await push(wish('tests/first'), WRITE_TOKEN, (progress) => told.push(progress));
    expect(pushed).toEqual({ page: `${server.address}/tests/first`, commit: PUSHED_COMMIT });
    const there = server.pushed.get('tests/first');
    expect(there).toMatchObject({ private: true, commits: ['An adapter'] });
    expect(new TextDecoder().decode(there?.files.get('README.md'))).toBe('# An adapter');
    expect(Uint8Array.from(there?.files.get('adapter_model.safetensors') ?? [])).toEqual(weights);
    expect(told.at(-1)).toEqual({ file: 'adapter_model.safetensors', done: 5000, total: 5012 });
    const toStorage = server.asked.filter((one) => one.server === 'cdn' && one.method === 'PUT');
    expect(toStorage.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('goes into one that is there already, and sends no large file a second time', async () => {
    await push(wish('tests/again', { private: false }));
    server.forget();
    await push(wish('tests/again', { title: 'Once more' }));
    expect(server.pushed.get('tests/again')).toMatchObject({
      private: false,
      commits: ['An adapter', 'Once more'],
    });
    expect(server.asked.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

describe('what is refused, in our words', () => {
  it.each([
    ['no token', 'tests/a', null, 'hub-write-token'],
    ['one of another kind', 'tests/a', 'secret', 'hub-write-token'],
    ['a token that may only read', 'tests/a', READ_TOKEN, 'hub-write'],
    ['another owner', 'others/a', WRITE_TOKEN, 'hub-write'],
    ['a name without an owner', 'adapter', WRITE_TOKEN, 'hub-push-name'],
    ['a name with a revision', 'tests/a@main', WRITE_TOKEN, 'hub-push-name'],
  ])('%s', async (_, repository, token, expected) => {
    expect(await code(push(wish(repository), token))).toBe(expected);
  });

  it('what the hub says of it is quoted', async () => {
    server.answers('hub', '/commit/main', status(503));
    const error = await push(wish('tests/busy')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'hub-push' });
    expect(String(error)).toContain('503');
  });

  it('a hub that is not there', async () => {
    const gone = { address: 'http://localhost:1', token: WRITE_TOKEN };
    expect(await code(pushFiles(testNet(), gone, wish('tests/a')))).toBe('hub-unreached');
  });

  it('is given up between two requests', async () => {
    const giving = new AbortController();
    server.answers('hub', '/preupload/main', (request, response) => {
      giving.abort();
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"files":[]}');
    });
    const settings = { address: server.address, token: WRITE_TOKEN };
    await expect(
      pushFiles(testNet(), settings, wish('tests/left'), { signal: giving.signal }),
    ).rejects.toBeInstanceOf(Cancelled);
    expect(server.pushed.get('tests/left')?.commits).toEqual([]);
  });
});
