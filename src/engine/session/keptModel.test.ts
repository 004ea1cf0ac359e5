// A model's copy is there whole or not at all, under its digest alone, and leaves nothing behind where there is no room.
import { expect, it } from 'vitest';
import { keptModels } from './keptModel.ts';

/** A folder of the browser in memory; `breaks`: the file whose writing fails. */
class FakeFolder {
  readonly kind = 'directory';
  readonly name: string;
  readonly inside = new Map<string, FakeFolder | File>();
  readonly #breaks: () => string | null;

  constructor(name: string, breaks: () => string | null) {
    this.name = name;
    this.#breaks = breaks;
  }

  static missing(name: string): Error {
    return Object.assign(new Error(name), { name: 'NotFoundError' });
  }

  getDirectoryHandle(name: string, { create = false } = {}): Promise<FakeFolder> {
    const known = this.inside.get(name);
    if (known instanceof FakeFolder) return Promise.resolve(known);
    if (!create) return Promise.reject(FakeFolder.missing(name));
    const made = new FakeFolder(name, this.#breaks);
    this.inside.set(name, made);
    return Promise.resolve(made);
  }

  getFileHandle(name: string, { create = false } = {}) {
    if (!create && !this.inside.has(name)) return Promise.reject(FakeFolder.missing(name));
    const getFile = (): Promise<unknown> => Promise.resolve(this.inside.get(name));
    const createWritable = (): Promise<WritableStream> => {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      return Promise.resolve(
        new WritableStream<Uint8Array<ArrayBuffer>>({
          write: (part) => {
            if (this.#breaks() === name)
              throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
            parts.push(part);
          },
          close: () => void this.inside.set(name, new File(parts, name)),
        }),
      );
    };
    return Promise.resolve({ kind: 'file', getFile, createWritable });
  }

  removeEntry(name: string): Promise<void> {
    return this.inside.delete(name) ? Promise.resolve() : Promise.reject(FakeFolder.missing(name));
  }

  async *values(): AsyncGenerator<unknown> {
    for (const one of this.inside.values())
      yield one instanceof FakeFolder ? one : { kind: 'file', getFile: () => Promise.resolve(one) };
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.inside.keys();
  }
}

function browser(room: number | null = null) {
  let breaks: string | null = null;
  const folder = new FakeFolder('home', () => breaks);
  const home = () => Promise.resolve(folder as unknown as FileSystemDirectoryHandle);
  const estimate = () => Promise.resolve(room === null ? {} : { quota: room, usage: 0 });
  return {
    folder,
    models: keptModels(home, estimate),
    breakOn: (name: string): void => {
      breaks = name;
    },
  };
}

const digest = '0123456789abcdef';
const files = [new File(['{"a": 1}'], 'config.json'), new File(['weights'], 'model.safetensors')];

it('keeps a folder’s files and gives them back by their digest', async () => {
  const { models } = browser();
  expect(await models.find(digest)).toBeNull();
  expect(await models.size()).toBeNull();
  expect(await models.keep(digest, { name: 'mine', files })).toBe('kept');
  const found = await models.find(digest);
  expect(found?.name).toBe('mine');
  expect(found?.files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors']);
  expect(await found?.files[1]?.text()).toBe('weights');
  expect(await models.find('fedcba9876543210')).toBeNull();
  expect((await models.size())?.bytes).toBeGreaterThan(15);
  await models.forget();
  expect(await models.find(digest)).toBeNull();
});

it('leaves nothing behind where there is no room, told before or on the way', async () => {
  const told = browser(10);
  expect(await told.models.keep(digest, { name: 'mine', files })).toBe('full');
  expect(told.folder.inside.size).toBe(0);
  const late = browser();
  late.breakOn('1-model.safetensors');
  expect(await late.models.keep(digest, { name: 'mine', files })).toBe('full');
  expect(late.folder.inside.size).toBe(0);
});

it('gives no copy that was cut off or changed', async () => {
  const { folder, models } = browser();
  await models.keep(digest, { name: 'mine', files });
  const kept = folder.inside.get(`own-model-${digest}`);
  if (!(kept instanceof FakeFolder)) throw new Error('no folder');
  kept.inside.set('1-model.safetensors', new File(['weig'], 'x'));
  expect(await models.find(digest)).toBeNull();
  kept.inside.set('kept.json', new File(['{"name": "mi'], 'x'));
  expect(await models.find(digest)).toBeNull();
});
