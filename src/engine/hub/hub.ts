// A model that is elsewhere: what is known of it before a byte of its weights comes, its files through the cache, and what the cache
// holds. What has been kept is opened without a request. Knows repositories and files; what a model is openModel.ts says.
import type { Address } from '../ground/fetching/address.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { Sha256 } from '../ground/fetching/sha256.ts';
import { readJsonFile } from '../models/checkpoint/jsonFile.ts';
import { parseConfig } from '../models/families.ts';
import type { ModelSource } from '../recipe/modelSource.ts';
import type { CachedFile } from './cache/folder.ts';
import type { Cache, Wanted } from './cache/keepFile.ts';
import { assertRoomFor, keepFile, keptBytes } from './cache/keepFile.ts';
import type { KeptModel, ShelfModel, ShelfRecord } from './cache/shelf.ts';
import { filesOf, forgetModel, keptModels, writeRecord } from './cache/shelf.ts';
import type { ModelChoice } from './choices.ts';
import { choicesOf, chosen } from './choices.ts';
import type { Asked, HubSettings } from './hubNet.ts';
import { hubJudge, hubNet } from './hubNet.ts';
import { lookAt } from './repository.ts';
import type { HubFile, Repository } from './repositoryFile.ts';
import type { FileWish, Wish } from './wish.ts';

/** How far the files of a model are, together. */
export interface HubProgress {
  /** The one that is on its way. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
  /** Of `done`, what came since it was asked for. */
  readonly fetched: number;
  readonly waitMs: number;
  /** Another tab fetches it. */
  readonly elsewhere: boolean;
}

export interface HubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: HubProgress) => void;
}

/** What a repository offers, before any of it is fetched. */
export interface HubView {
  readonly id: string;
  readonly revision: string;
  readonly gated: boolean;
  readonly licence: string | null;
  /** Of the repository: where the licence stands and is accepted; an address itself. */
  readonly page: string;
  readonly choices: readonly {
    readonly file: string | null;
    /** null: nobody says before it comes. */
    readonly bytes: number | null;
    /** Of them, those that are kept. */
    readonly keptBytes: number;
  }[];
}

/** A model's files, all of them here. */
export interface HubModel {
  /** The repository's own, without its owner, or the file's. */
  readonly name: string;
  /** null: an address. */
  readonly source: ModelSource | null;
  readonly files: readonly { readonly name: string; readonly file: CachedFile }[];
}

/** While the hub itself is asked, waits alone are told. */
const asking = ({ signal, onProgress }: HubOptions): ReadOptions => ({
  signal,
  onProgress: ({ file, waitMs }) => {
    const nothing = { done: 0, total: 0, fetched: 0, elsewhere: false };
    if (waitMs > 0) onProgress?.({ file, waitMs, ...nothing });
  },
});

const lastOf = (path: string): string => path.split('/').at(-1) ?? path;

const digestOf = (text: string): string => new Sha256().update(new TextEncoder().encode(text)).hex();

/** By what it holds where the hub says it, else by where it stands. */
const keyOf = ({ sha256, gitName }: HubFile, place: string): string =>
  sha256 !== null ? `sha256-${sha256}` : gitName !== null ? `git-${gitName}` : `at-${digestOf(place)}`;

function modelOf({ record, files }: ShelfModel): HubModel {
  const { id, revision, file } = record;
  return {
    name: file !== null && (revision === '' || /\.gguf$/i.test(file)) ? lastOf(file) : lastOf(id),
    source: revision === '' ? null : { hub: id, revision, file },
    files: files.map(({ path, file: kept }) => ({ name: lastOf(path), file: kept })),
  };
}

export class Hub {
  readonly #cache: Cache;
  readonly #net: Net;

  constructor(cache: Cache, net: Net) {
    this.#cache = cache;
    this.#net = net;
  }

  /** Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
  async look(wish: Wish, settings: HubSettings, options: HubOptions = {}): Promise<HubView> {
    if (wish.kind === 'file') return this.#lookAtFile(wish);
    const found = await lookAt(this.#net, settings, wish, asking(options));
    const { id, commit: revision, gated, licence } = found;
    const choices = await Promise.all(
      choicesOf(found).map(async ({ file, bytes, files }) => {
        const kept = await Promise.all(
          files.map((one) => keptBytes(this.#cache.folder, keyOf(one, this.#place(settings, found, one)))),
        );
        return { file, bytes, keptBytes: kept.reduce((sum, one) => sum + one, 0) };
      }),
    );
    return { id, revision, gated, licence, page: `${settings.address}/${id}`, choices };
  }

  /** Fetches what is missing. Throws UserError 'hub-…', 'fetch-…' or 'model-…' (of a family that is not here), and Cancelled. */
  async open(wish: Wish, settings: HubSettings, options: HubOptions = {}): Promise<HubModel> {
    const kept = await this.#kept(wish);
    if (kept !== null) return this.#used(kept);
    if (wish.kind === 'file') return this.#openFile(wish, settings, options);
    const found = await lookAt(this.#net, settings, wish, asking(options));
    const choice = chosen(found.id, choicesOf(found), wish.file);
    return this.#fetch(found, choice, settings, options);
  }

  async #lookAtFile({ address }: FileWish): Promise<HubView> {
    const { shown: page, file } = address;
    const kept = await keptBytes(this.#cache.folder, fileKey(address));
    const choices = [{ file, bytes: null, keptBytes: kept }];
    return { id: page, revision: '', gated: false, licence: null, page, choices };
  }

  list(): Promise<readonly KeptModel[]> {
    return keptModels(this.#cache);
  }

  forget(name: string): Promise<void> {
    return forgetModel(this.#cache, name);
  }

  #place(
    { address }: HubSettings,
    { id, commit }: Pick<Repository, 'id' | 'commit'>,
    { path }: HubFile,
  ): string {
    return `${address}/${id}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** What is here of it, whole; of several revisions the one that was used last, unless one is named. */
  async #kept(wish: Wish): Promise<ShelfModel | null> {
    const fits = (one: ShelfRecord): boolean =>
      wish.kind === 'file'
        ? one.revision === '' && one.id === wish.address.shown && one.files[0]?.key === fileKey(wish.address)
        : one.id === wish.id &&
          (wish.revision ?? one.revision) === one.revision &&
          (wish.file === null
            ? one.file === null
            : (one.file ?? '').toLowerCase().includes(wish.file.toLowerCase()));
    for (const one of await keptModels(this.#cache)) {
      const model = one.whole && fits(one) ? await filesOf(this.#cache, one) : null;
      if (model !== null) return model;
    }
    return null;
  }

  async #used(model: ShelfModel): Promise<HubModel> {
    const { id, revision, file, licence, files } = model.record;
    await writeRecord(this.#cache, { id, revision, file, licence, files, usedAt: this.#net.now() });
    return modelOf(model);
  }

  async #fetch(
    found: Repository,
    choice: ModelChoice,
    settings: HubSettings,
    options: HubOptions,
  ): Promise<HubModel> {
    const { id, commit: revision, licence } = found;
    const asked = { id, revision, gated: found.gated };
    const wanted = choice.files.map((file): Wanted => {
      const url = this.#place(settings, found, file);
      const { sizeBytes, sha256, gitName } = file;
      const known = {
        sizeBytes,
        ...(sha256 === null ? {} : { sha256 }),
        ...(gitName === null ? {} : { gitName }),
      };
      const address = { url, headers: {}, shown: url, file: lastOf(file.path) };
      return { key: keyOf(file, url), name: file.path, of: id, known, address };
    });
    const files = wanted.map(({ key, name, known }) => ({
      path: name,
      key,
      sizeBytes: known.sizeBytes ?? 0,
    }));
    const record = { id, revision, file: choice.file, licence, files, usedAt: this.#net.now() };
    return this.#all(record, wanted, { settings, asked, options });
  }

  async #openFile({ address }: FileWish, settings: HubSettings, options: HubOptions): Promise<HubModel> {
    const key = fileKey(address);
    const { shown: id, file } = address;
    const wanted: Wanted = { key, name: file, of: new URL(id).host, known: {}, address };
    const files = [{ path: file, key, sizeBytes: 0 }];
    const record = { id, revision: '', file, licence: null, files, usedAt: this.#net.now() };
    return this.#all(record, [wanted], { settings, asked: { id, revision: null }, options });
  }

  async #all(
    record: ShelfRecord,
    wanted: readonly Wanted[],
    {
      settings,
      asked,
      options,
    }: {
      readonly settings: HubSettings;
      readonly asked: Asked;
      readonly options: HubOptions;
    },
  ): Promise<HubModel> {
    await assertRoomFor(this.#cache.folder, record.id, wanted);
    await writeRecord(this.#cache, record);
    const progress = await this.#progressOf(wanted, options);
    const net = hubNet(this.#net, settings);
    const files: { path: string; file: CachedFile }[] = [];
    for (const one of wanted) {
      const file = await keepFile(this.#cache, one, {
        net,
        judge: hubJudge(settings, asked, one.address.shown),
        signal: options.signal,
        onProgress: progress(one),
      });
      // A family that is not here is told before its weights come.
      if (one.name === 'config.json') parseConfig(await readJsonFile(file.source('config.json')));
      files.push({ path: one.name, file });
    }
    const whole = record.files.map((file, i) => ({
      ...file,
      sizeBytes: files[i]?.file.size ?? file.sizeBytes,
    }));
    return this.#used({ record: { ...record, files: whole }, files });
  }

  /** Of each file, how far all are. */
  async #progressOf(
    wanted: readonly Wanted[],
    { onProgress }: HubOptions,
  ): Promise<(one: Wanted) => NonNullable<Parameters<typeof keepFile>[2]['onProgress']>> {
    const there = await Promise.all(wanted.map(({ key }) => keptBytes(this.#cache.folder, key)));
    const begun = there.reduce((sum, one) => sum + one, 0);
    const done = new Map(wanted.map(({ key }, i) => [key, there[i] ?? 0]));
    const total = new Map(wanted.map(({ key, known }, i) => [key, known.sizeBytes ?? there[i] ?? 0]));
    const sum = (of: ReadonlyMap<string, number>): number =>
      [...of.values()].reduce((all, one) => all + one, 0);
    return ({ key, name }) =>
      (file) => {
        done.set(key, file.done);
        total.set(key, Math.max(file.total, file.done));
        const [all, came] = [sum(total), sum(done)];
        const { waitMs, elsewhere } = file;
        onProgress?.({
          file: name,
          done: came,
          total: all,
          fetched: Math.max(0, came - begun),
          waitMs,
          elsewhere,
        });
      };
  }
}

/** Of an address the query counts too: two of its files may differ by it alone. Its digest gives nothing away. */
const fileKey = ({ url }: Address): string => `at-${digestOf(url)}`;
