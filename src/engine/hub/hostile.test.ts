// A hub that is busy, gated, in the way of a network's own page, or broken; a disk that is full: what is told, what is waited for, and what
// stays. What any server can do to a file is tested in ground/fetching.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled, UserError } from '../ground/errors.ts';
import type { Answer, TestNet } from '../ground/fetching/testing/hostileServer.ts';
import { hostileServer, serving, status, testNet } from '../ground/fetching/testing/hostileServer.ts';
import { randomFolder } from '../testing/checkpoint.ts';
import { memoryFolder, memoryLocks } from './cache/memoryFolder.ts';
import type { HubProgress } from './hub.ts';
import { Hub } from './hub.ts';
import { searchHub } from './search.ts';
import type { HubServer } from './testing/hubServer.ts';
import { hubServer, READ_TOKEN } from './testing/hubServer.ts';
import { readHubAddress, readWish } from './wish.ts';

let server: HubServer;
const folder = randomFolder();
const weights = folder.get('model.safetensors') ?? new Uint8Array();
const all = [...folder.values()].reduce((sum, { length }) => sum + length, 0);

beforeAll(async () => {
  server = await hubServer();
  server.serve(
    {
      id: 'tests/Tiny',
      files: folder,
      licence: 'mit',
      downloads: 7,
      config: { model_type: 'llama' },
      parameters: 230_000,
    },
    { id: 'tests/Tiny-2', files: folder, gated: 'auto' },
    { id: 'tests/Hidden-tiny', files: folder, private: true },
  );
});
afterAll(() => server.close());
beforeEach(() => server.forget());

interface Visit {
  readonly net?: TestNet;
  readonly roomBytes?: number;
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HubProgress) => void;
}

function open(wish: string, { net = testNet(), roomBytes, token, ...options }: Visit = {}) {
  const cache = { folder: memoryFolder(roomBytes ?? null), locks: memoryLocks() };
  const hub = new Hub(cache, net);
  const settings = { address: server.address, token: token ?? null };
  return { cache, hub, settings, model: hub.open(readWish(wish, server.address), settings, options) };
}

async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw error ?? new Error('it was not refused');
}

const page: Answer = (_, response) =>
  void response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end('<html>Please sign in</html>');
const text =
  (body: string): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(body);

describe('a hub that is busy', () => {
  it('is waited for as long as it says, which is told', async () => {
    const net = testNet();
    const told: HubProgress[] = [];
    server.answers('hub', '/tests/Tiny/revision/HEAD', status(429, { 'retry-after': '20' }));
    server.answers('cdn', 'model.safetensors', status(503), status(429, { 'retry-after': '7' }));
    await open('tests/Tiny', { net, onProgress: (one) => void told.push(one) }).model;
    expect(net.waits).toEqual([20_000, 500, 7000]);
    expect(told.filter(({ waitMs }) => waitMs > 0).map(({ waitMs }) => waitMs)).toEqual([20_000, 500, 7000]);
  });

  it('is not waited for longer than a minute, and says how long it wants', async () => {
    const net = testNet();
    server.answers('hub', '/tests/Tiny/revision/HEAD', status(429, { 'retry-after': '300' }));
    const error = await refusal(open('tests/Tiny', { net }).model);
    expect(error.code).toBe('fetch-busy');
    expect(error.message).toContain('Try again in 300 seconds');
    expect(net.waits).toEqual([]);
  });

  it('can be given up while it is waited for', async () => {
    const giving = new AbortController();
    server.answers('hub', '/tests/Tiny/revision/HEAD', status(429, { 'retry-after': '20' }));
    const onProgress = (): void => giving.abort();
    await expect(open('tests/Tiny', { signal: giving.signal, onProgress }).model).rejects.toThrow(Cancelled);
    expect(server.asked).toHaveLength(1);
  });
});

describe('in place of an answer', () => {
  it.each<readonly [string, string, Answer, string, RegExp]>([
    ['a page', '/revision/HEAD', page, 'hub-page', /a web page came in place of the file/],
    ['no JSON', '/revision/HEAD', text('{"id":'), 'hub-answer', /got no JSON/],
    [
      'no commit',
      '/revision/HEAD',
      text('{"id":"tests/Tiny","sha":"main"}'),
      'hub-answer',
      /got "main" for a commit/,
    ],
    ['a page of files', '/config.json', page, 'hub-page', /config\.json: a web page/],
    ['too much', '/revision/HEAD', text(`"${'x'.repeat(2 ** 23)}"`), 'fetch-length', /more came than/],
    ['a broken server', '/revision/HEAD', status(501), 'fetch-status', /answered 501/],
  ])('%s is told', async (_, end, answer, code, words) => {
    server.answers('hub', end, answer);
    const error = await refusal(open('tests/Tiny').model);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('<html>');
  });

  it('another server for the next page of files is not asked', async () => {
    const other = await hostileServer();
    const link = `<${other.answers('/steal', status(200))}>; rel="next"`;
    const answer: Answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json', link }).end('[]');
    server.answers('hub', `/tree/${'0123456789abcdef0123456789abcdef01234567'}`, answer);
    expect((await refusal(open('tests/Tiny', { token: READ_TOKEN }).model)).code).toBe('hub-answer');
    expect(other.asked('/steal')).toEqual([]);
    other.close();
  });

  it('pages without end are not followed for ever', async () => {
    const path = '/api/models/tests/Tiny/tree/0123456789abcdef0123456789abcdef01234567';
    const link = `<${server.address}${path}?again>; rel="next"`;
    const empty: Answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json', link }).end('[]');
    server.answers('hub', path, ...Array.from({ length: 200 }, () => empty));
    expect((await refusal(open('tests/Tiny').model)).message).toMatch(/pages without end/);
  });

  it('files that lead out of the repository, or have no size, are none of it', async () => {
    const entries = ['../config.json', '/model.safetensors', 'a/./model.gguf', 'x\u0000.gguf', 'q?.gguf']
      .map((path) => ({ type: 'file', path, size: 9, oid: '0' }))
      .concat([{ type: 'file', path: 'm.gguf', size: -1, oid: '0' }]);
    server.answers('hub', '/tree/0123456789abcdef0123456789abcdef01234567', text(JSON.stringify(entries)));
    expect((await refusal(open('tests/Tiny').model)).code).toBe('hub-files');
  });
});

describe('a gated model', () => {
  it.each([
    [null, 401, /accepted the licence\. Accept it at/],
    [READ_TOKEN, 403, /the token given is of nobody who did/],
  ])('with %s is refused with the address of its licence', async (token, code, words) => {
    server.answers('hub', '/config.json', status(code, { 'x-error-code': 'GatedRepo' }));
    const error = await refusal(open('tests/Tiny-2', token === null ? {} : { token }).model);
    expect(error.code).toBe('hub-gated');
    expect(error.message).toMatch(words);
    expect(error.message).toContain(`${server.address}/tests/Tiny-2`);
    expect(error.message + JSON.stringify(error.data)).not.toContain(READ_TOKEN);
  });
});

describe('a hub that says no more than a status', () => {
  it.each<readonly [string, number, string | null, string]>([
    ['tests/Tiny-2', 401, null, 'hub-gated'],
    ['tests/Tiny-2', 403, READ_TOKEN, 'hub-gated'],
    ['tests/Tiny', 401, null, 'hub-none'],
    ['tests/Tiny', 401, READ_TOKEN, 'hub-token'],
    ['tests/Tiny', 403, null, 'fetch-forbidden'],
  ])('%s, %i, token %s: %s', async (wish, code, token, told) => {
    server.answers('hub', '/config.json', status(code));
    expect((await refusal(open(wish, token === null ? {} : { token }).model)).code).toBe(told);
  });
});

it('a CDN that falls silent is given up, and what came stays', async () => {
  const net = testNet();
  const half: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, 400_000), () => {
      net.silence = 'passes';
    });
  };
  server.answers('cdn', 'model.safetensors', half);
  const { hub, model } = open('tests/Tiny', { net });
  const error = await refusal(model);
  expect(error.code).toBe('fetch-silent');
  expect(error.message).not.toContain('s3cr3t');
  expect((await hub.list())[0]).toMatchObject({ whole: false });
});

describe('a full disk', () => {
  it('is told before the first byte of the weights, with what is needed and what is free', async () => {
    const { model } = open('tests/Tiny', { roomBytes: all - 100_000 });
    const error = await refusal(model);
    expect(error.code).toBe('hub-room');
    expect(error.message).toMatch(/tests\/Tiny: 1 MiB are still to come, and 1 MiB are free for this page/);
    expect(server.asked.map(({ path }) => path).filter((path) => path.includes('/resolve/'))).toEqual([]);
  });

  it('is told before the first of several shards, though that one would fit', async () => {
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const index = new TextEncoder().encode('{"weight_map":{}}');
    const files = new Map([...folder, ['model.safetensors.index.json', index]]);
    files.delete('model.safetensors');
    for (const name of shards) files.set(name, weights);
    server.serve({ id: 'tests/Sharded', files });
    const error = await refusal(open('tests/Sharded', { roomBytes: all + 100_000 }).model);
    expect(error.code).toBe('hub-room');
    expect(server.sentBytes).toBe(0);
  });

  it('that fills up meanwhile is told, what came stays, and the rest comes when there is room', async () => {
    const roomy = memoryFolder();
    let room = 300_000;
    const cache = {
      locks: memoryLocks(),
      folder: {
        ...roomy,
        write: async (name: string) => {
          const writer = await roomy.write(name);
          const append = (bytes: Uint8Array): void | Promise<void> => {
            if (name.startsWith('sha256')) room -= bytes.byteLength;
            if (room < 0) throw new DOMException('full', 'QuotaExceededError');
            return writer.append(bytes);
          };
          return {
            ...writer,
            append,
            get size() {
              return writer.size;
            },
          };
        },
      },
    };
    const hub = new Hub(cache, testNet());
    const settings = { address: server.address, token: null };
    const wish = readWish('tests/Tiny', server.address);
    const error = await refusal(hub.open(wish, settings));
    expect(error.message).toMatch(/and the disk is full\. Delete models/);
    const [kept] = await hub.list();
    expect(kept?.whole).toBe(false);
    expect(kept?.keptBytes).toBeGreaterThan(100_000);
    room = 2 ** 30;
    await hub.open(wish, settings);
    const ranges = server.asked
      .filter(({ server: who }) => who === 'cdn')
      .map(({ headers }) => headers.range);
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d{4,}-$/);
  });
});

describe('what is kept', () => {
  it('is listed with its bytes, and deleted but for what another model needs', async () => {
    const { hub, settings, model } = open('tests/Tiny');
    await model;
    await hub.open(readWish('tests/Tiny-2', server.address), { ...settings, token: READ_TOKEN });
    // The same files: nothing came twice.
    expect(server.sentBytes).toBe(weights.length);
    const listed = await hub.list();
    expect(
      listed.map(({ id, bytes, keptBytes, whole, licence }) => ({ id, bytes, keptBytes, whole, licence })),
    ).toEqual(
      expect.arrayContaining([
        { id: 'tests/Tiny', bytes: all, keptBytes: all, whole: true, licence: 'mit' },
        { id: 'tests/Tiny-2', bytes: all, keptBytes: all, whole: true, licence: null },
      ]),
    );
    const [first, second] = listed;
    await hub.forget(first?.name ?? '');
    expect(await hub.list()).toMatchObject([{ id: second?.id, whole: true }]);
    await hub.forget(second?.name ?? '');
    expect(await hub.list()).toEqual([]);
  });

  it('leaves no file behind when it is deleted', async () => {
    const { cache, hub, model } = open('tests/Tiny');
    await model;
    await hub.forget((await hub.list())[0]?.name ?? '');
    expect(await cache.folder.names()).toEqual([]);
  });
});

it('is searched by words, with what the hub knows of each', async () => {
  const settings = { address: server.address, token: null };
  expect(await searchHub(testNet(), settings, 'tiny')).toEqual([
    { id: 'tests/Tiny', gated: false, downloads: 7, licence: 'mit', modelType: 'llama', parameters: 230_000 },
    { id: 'tests/Tiny-2', gated: true, downloads: 1, licence: null, modelType: null, parameters: null },
  ]);
});

describe('the address of a file', () => {
  it('is fetched whole, gone on with under its entity tag, and opened without a request', async () => {
    const other = await hostileServer();
    const address = other.answers('/m.gguf', serving({ cutAfter: 5000 }), status(403));
    const { hub, settings, model } = open(`${address}?signature=s3cr3t`);
    const error = await refusal(model);
    expect(error.message).not.toContain('s3cr3t');
    other.answers('/m.gguf', serving());
    const opened = await hub.open(readWish(`${address}?signature=s3cr3t`, server.address), settings);
    expect(opened).toMatchObject({ name: 'm.gguf', source: null });
    expect(other.asked('/m.gguf').map(({ range }) => range)).toEqual([
      undefined,
      'bytes=5000-',
      'bytes=5000-',
    ]);
    await hub.open(readWish(`${address}?signature=s3cr3t`, server.address), settings);
    expect(other.asked('/m.gguf')).toHaveLength(3);
    expect(JSON.stringify(await hub.list())).not.toContain('s3cr3t');
    other.close();
  });

  it('that holds another file now begins anew', async () => {
    const other = await hostileServer();
    const address = other.answers('/m.gguf', serving({ cutAfter: 5000 }), status(403));
    const { hub, settings, model } = open(address);
    await refusal(model);
    const bytes = new Uint8Array(9000).fill(7);
    other.answers('/m.gguf', serving({ bytes, tag: '"two"' }));
    const opened = await hub.open(readWish(address, server.address), settings);
    expect(await opened.files[0]?.file.source('m').read(0, 9000)).toEqual(bytes);
    other.close();
  });
});

it.each([
  ['https://huggingface.co/', 'https://huggingface.co'],
  ['https://hf-mirror.com', 'https://hf-mirror.com'],
  ['https://h.org/models/', 'https://h.org/models'],
  ['http://localhost:8080', 'http://localhost:8080'],
])('%s is the address of a hub', (given, address) => {
  expect(readHubAddress(given)).toBe(address);
});

it.each(['http://h.org', 'ftp://h.org', 'h.org', 'https://ann:pw@h.org', 'https://h.org?x', ''])(
  '%j is no address of a hub',
  (given) => {
    expect(() => readHubAddress(given)).toThrow(/expected https:\/\//);
  },
);

it.each([
  ['https://huggingface.co/a/b', { id: 'a/b', revision: null, file: null }],
  ['https://huggingface.co/a/b/tree/main', { id: 'a/b', revision: 'main', file: null }],
  [
    'https://h.org/a/b/resolve/refs%2Fpr%2F1/q/m.Q4_0.gguf?download=true',
    { id: 'a/b', revision: 'refs/pr/1', file: 'q/m.Q4_0.gguf' },
  ],
])('%s is a repository', (given, named) => {
  expect(readWish(given, 'https://h.org')).toEqual({ kind: 'repository', ...named });
});
