// A model from a hub of this machine, over the real code: opened and trained as the same files from a disk are; one request for what is
// there, none for what is kept; what comes is what the hub names, or it is refused and removed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { serving, status, testNet } from '../ground/fetching/testing/hostileServer.ts';
import { writeGguf } from '../ground/formats/gguf/writer.ts';
import { openModel } from '../models/openModel.ts';
import { randomFolder, sourcesOf } from '../testing/checkpoint.ts';
import { tinySpec } from '../testing/ggufModel.ts';
import { memoryFolder, memoryLocks } from './cache/memoryFolder.ts';
import type { HubModel, HubProgress } from './hub.ts';
import { Hub } from './hub.ts';
import type { HubServer } from './testing/hubServer.ts';
import { COMMIT, hubServer, READ_TOKEN } from './testing/hubServer.ts';
import { readWish } from './wish.ts';

let server: HubServer;
const folder = randomFolder();
const gguf = writeGguf(tinySpec()).file;
const weights = folder.get('model.safetensors') ?? new Uint8Array();

beforeAll(async () => {
  server = await hubServer();
  const unwanted = new Map([
    ['README.md', new TextEncoder().encode('# Tiny')],
    ['pytorch_model.bin', new Uint8Array(9)],
    ['onnx/model_int8.onnx', new Uint8Array(9)],
  ]);
  server.serve(
    { id: 'tests/Tiny', files: new Map([...unwanted, ...folder]), licence: 'apache-2.0' },
    {
      id: 'tests/Tiny-GGUF',
      files: new Map([
        ['tiny.Q4_0.gguf', gguf],
        ['tiny.F32.gguf', gguf.slice()],
      ]),
    },
    { id: 'tests/Gated', files: folder, gated: 'manual' },
    { id: 'tests/Private', files: folder, private: true },
    {
      id: 'tests/Pickle',
      files: new Map([
        ['config.json', new Uint8Array(2)],
        ['pytorch_model.bin', new Uint8Array(9)],
      ]),
    },
  );
});
afterAll(() => server.close());
beforeEach(() => server.forget());

function shelf() {
  const cache = { folder: memoryFolder(), locks: memoryLocks() };
  return { cache, hub: new Hub(cache, testNet()), settings: { address: server.address, token: null } };
}

const opened = ({ hub, settings }: ReturnType<typeof shelf>, wish: string, token: string | null = null) =>
  hub.open(readWish(wish, settings.address), { ...settings, token });
const digest = async ({ name, files }: HubModel): Promise<string> =>
  (
    await openModel(
      name,
      files.map((one) => one.file.source(one.name)),
    )
  ).info.digest;
const files = (): string[] => server.asked.filter(({ server: one }) => one === 'cdn').map(({ path }) => path);
async function refusal(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError) return error;
  throw error ?? new Error('it was not refused');
}

describe('a repository', () => {
  it('is the model of the same files on a disk, named by its commit, without what is of no use', async () => {
    const one = shelf();
    const model = await opened(one, 'tests/Tiny');
    expect(await digest(model)).toBe((await openModel('Tiny', sourcesOf(folder))).info.digest);
    expect(model).toMatchObject({
      name: 'Tiny',
      source: { hub: 'tests/Tiny', revision: COMMIT, file: null },
    });
    const asked = server.asked.map(({ path }) => path.split('/').at(-1));
    expect(asked).not.toContain('README.md');
    expect(asked).not.toContain('pytorch_model.bin');
    expect(files()).toEqual(['/tests/Tiny/model.safetensors']);
    expect(server.sentBytes).toBe(weights.length);
  });

  it('that is kept is opened without a request, whatever of it is named', async () => {
    const one = shelf();
    const first = await opened(one, 'tests/Tiny');
    server.forget();
    for (const wish of ['tests/Tiny', `tests/Tiny@${COMMIT}`, `${server.address}/tests/Tiny/tree/${COMMIT}`])
      expect(await digest(await opened(one, wish))).toBe(await digest(first));
    expect(server.asked).toEqual([]);
  });

  it('with several models wants one named, by a part of its name', async () => {
    const one = shelf();
    const error = await refusal(opened(one, 'tests/Tiny-GGUF'));
    expect(error.code).toBe('hub-several');
    expect(error.message).toContain('tiny.Q4_0.gguf, tiny.F32.gguf');
    expect(server.sentBytes).toBe(0);
    const model = await opened(one, 'tests/Tiny-GGUF:q4_0');
    expect(model.source).toEqual({ hub: 'tests/Tiny-GGUF', revision: COMMIT, file: 'tiny.Q4_0.gguf' });
    expect(await digest(model)).toHaveLength(16);
    // Of the same bytes, and so kept already.
    await opened(one, 'tests/Tiny-GGUF:F32');
    expect(server.sentBytes).toBe(gguf.length);
  });

  it('is shown with its files, bytes and licence before any of it comes', async () => {
    const one = shelf();
    const view = await one.hub.look(readWish('tests/Tiny', server.address), one.settings);
    const bytes = [...folder.values()].reduce((sum, { length }) => sum + length, 0);
    expect(view).toEqual({
      id: 'tests/Tiny',
      revision: COMMIT,
      gated: false,
      licence: 'apache-2.0',
      page: `${server.address}/tests/Tiny`,
      choices: [{ file: null, bytes, keptBytes: 0 }],
    });
    expect(files()).toEqual([]);
  });

  it.each([
    ['tests/Nowhere', 'hub-none', /tests\/Nowhere: localhost:\d+ has no such model, or it is private/],
    ['tests/Private', 'hub-none', /or it is private/],
    ['tests/Tiny@other', 'hub-none', /or not at revision other/],
    [
      'tests/Gated',
      'hub-gated',
      /licence.*Accept it at http:\/\/localhost:\d+\/tests\/Gated, make a read token/,
    ],
    ['tests/Pickle', 'hub-files', /pytorch_model\.bin: pickles/],
    ['Tiny', 'hub-name', /expected owner\/name/],
  ])('%s is refused as %s', async (wish, code, words) => {
    const error = await refusal((async () => opened(shelf(), wish))());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(files()).toEqual([]);
  });

  it('of a family that is not here is refused before its weights come', async () => {
    const config = new TextEncoder().encode('{"model_type":"mamba","architectures":["MambaForCausalLM"]}');
    server.serve({ id: 'tests/Mamba', files: new Map([...folder, ['config.json', config]]) });
    expect((await refusal(opened(shelf(), 'tests/Mamba'))).code).toBe('model-family');
    expect(files()).toEqual([]);
  });
});

describe('a file that is cut', () => {
  it('goes on where it ended, at once and another day, and no byte comes twice', async () => {
    const one = shelf();
    const half = Math.floor(weights.length / 2);
    server.answers(
      'cdn',
      'model.safetensors',
      serving({ bytes: weights, cutAfter: 1000 }),
      serving({ bytes: weights, cutAfter: half }),
      status(403),
    );
    expect((await refusal(opened(one, 'tests/Tiny'))).code).toBe('fetch-forbidden');
    expect((await one.hub.list())[0]).toMatchObject({ whole: false });
    await opened(one, 'tests/Tiny');
    expect(server.sentBytes).toBe(weights.length);
    const ranges = server.asked
      .filter(({ server: who }) => who === 'cdn')
      .map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, 'bytes=1000-', `bytes=${1000 + half}-`, `bytes=${1000 + half}-`]);
    // An address of a CDN holds for minutes: the hub is asked for another each time.
    const asked = server.asked.filter(
      ({ path, server: who }) => who === 'hub' && path.endsWith('model.safetensors'),
    );
    expect(asked).toHaveLength(4);
  });

  it('is refused and removed when it comes with other bytes, and comes whole the next time', async () => {
    const one = shelf();
    const spoilt = weights.map((byte, i) => (i === 5000 ? byte ^ 1 : byte));
    server.answers('cdn', 'model.safetensors', serving({ bytes: spoilt }));
    const error = await refusal(opened(one, 'tests/Tiny'));
    expect(error.code).toBe('hub-checksum');
    expect(error.message).toContain('model.safetensors of tests/Tiny');
    const sizes = await Promise.all(
      (await one.cache.folder.names()).map(async (name) => (await one.cache.folder.read(name))?.size ?? 0),
    );
    expect(Math.max(...sizes)).toBeLessThan(weights.length);
    expect(await digest(await opened(one, 'tests/Tiny'))).toHaveLength(16);
  });

  it('is begun anew when what was kept of it is spoilt', async () => {
    const one = shelf();
    server.answers(
      'cdn',
      'model.safetensors',
      serving({ bytes: weights.map((byte) => byte ^ 1), cutAfter: 7000 }),
      status(403),
    );
    await refusal(opened(one, 'tests/Tiny'));
    const plain = (await openModel('Tiny', sourcesOf(folder))).info.digest;
    expect(await digest(await opened(one, 'tests/Tiny'))).toBe(plain);
  });

  it('is told by its length when that is another', async () => {
    const short = serving({ bytes: weights.subarray(0, 900) });
    server.answers('cdn', 'model.safetensors', short, short, short, short);
    const error = await refusal(opened(shelf(), 'tests/Tiny'));
    expect(error.code).toBe('hub-checksum');
    expect(error.message).toContain(`expected ${weights.length} bytes, 900 came`);
  });
});

it('two at once fetch a file once: who comes second is told who does, and waits', async () => {
  const one = shelf();
  const wish = readWish('tests/Tiny', server.address);
  const second = new Hub(one.cache, testNet());
  let tell = (): void => {};
  const told = new Promise<void>((done) => {
    tell = done;
  });
  // The weights come once the other has been told to wait for them.
  server.answers('cdn', 'model.safetensors', (request, response) => {
    void told.then(() => serving({ bytes: weights })(request, response));
  });
  const onProgress = ({ file, elsewhere }: HubProgress): void => {
    if (elsewhere && file === 'model.safetensors') tell();
  };
  const both = await Promise.all(
    [one.hub, second].map((hub) => hub.open(wish, one.settings, { onProgress })),
  );
  const digests = await Promise.all(both.map(digest));
  expect(new Set(digests).size).toBe(1);
  expect(server.sentBytes).toBe(weights.length);
});

describe('a read token', () => {
  it('opens what is gated, goes to the hub alone, and stands in nothing that is kept', async () => {
    const one = shelf();
    await opened(one, 'tests/Gated', READ_TOKEN);
    for (const { server: who, headers } of server.asked)
      expect(headers.authorization).toBe(who === 'hub' ? `Bearer ${READ_TOKEN}` : undefined);
    expect(files()).toHaveLength(1);
    const { folder: kept } = one.cache;
    for (const name of await kept.names()) {
      const text = new TextDecoder().decode(await (await kept.read(name))?.blob?.arrayBuffer());
      expect(name + text).not.toContain(READ_TOKEN);
    }
  });

  it('that is wrong is told without it', async () => {
    const error = await refusal(opened(shelf(), 'tests/Tiny', 'hf_wrong'));
    expect(error.code).toBe('hub-token');
    expect(JSON.stringify([error.message, error.data])).not.toContain('hf_wrong');
  });
});
