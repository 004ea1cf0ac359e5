// One file into the cache: taken from there when it is whole, gone on with where an earlier download ended, checked by its digest while
// it comes. A file is one tab's or process's to write at a time; who comes second waits and finds it there. Whose file it is stands above.
import type { UserError } from '../../ground/errors.ts';
import type { Address } from '../../ground/fetching/address.ts';
import type { Judge } from '../../ground/fetching/ask.ts';
import type { KnownFile } from '../../ground/fetching/digests.ts';
import { Digests } from '../../ground/fetching/digests.ts';
import type { Begun, Downloaded } from '../../ground/fetching/download.ts';
import { download } from '../../ground/fetching/download.ts';
import { fetchDigest } from '../../ground/fetching/fetchErrors.ts';
import type { Net } from '../../ground/fetching/net.ts';
import { leaveIf } from '../../ground/fetching/watch.ts';
import type { Check } from '../../ground/shapes.ts';
import { boolean, nullable, number, shape, string } from '../../ground/shapes.ts';
import { noRoom, spoiltFile } from '../hubErrors.ts';
import type { CachedFile, CacheFolder, CacheLocks, CacheWriter } from './folder.ts';
import { readNote, writeNote } from './notes.ts';

export interface Cache {
  readonly folder: CacheFolder;
  readonly locks: CacheLocks;
}

/** A file that is wanted, and how it is known. */
export interface Wanted {
  /** Name in the cache: of its content, where that is known before it comes. */
  readonly key: string;
  /** For people. */
  readonly name: string;
  /** Whose it is, for people. */
  readonly of: string;
  readonly known: KnownFile;
  readonly address: Address;
}

export interface KeepOptions {
  readonly net: Net;
  readonly judge: Judge;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of it that are there; `waitMs` until it is asked for again, `elsewhere` while another tab fetches it. */
  readonly onProgress?: (progress: KeepProgress) => void;
}

export interface KeepProgress {
  readonly done: number;
  readonly total: number;
  readonly waitMs: number;
  readonly elsewhere: boolean;
}

interface FileNote {
  readonly whole: boolean;
  /** Of the whole file; of one that is begun, null where it is not known. */
  readonly sizeBytes: number | null;
  /** The entity tag that it came under. */
  readonly tag: string | null;
}

const fileNote: Check<FileNote> = shape<FileNote>({
  whole: boolean,
  sizeBytes: nullable(number),
  tag: nullable(string),
});

const noteOf = (key: string): string => `${key}.json`;
/** Read of a file that is begun at once. */
const PART = 2 ** 22;
/** More than any file that is opened here. */
const MOST_BYTES = 2 ** 40;

/** The file where it is whole; null: it has to be fetched. */
export async function wholeFile(folder: CacheFolder, key: string): Promise<CachedFile | null> {
  const note = await readNote(folder, noteOf(key), fileNote);
  if (note?.whole !== true) return null;
  const file = await folder.read(key);
  return file !== null && file.size === note.sizeBytes ? file : null;
}

/** Bytes of it that are there, whole or begun. */
export const keptBytes = async (folder: CacheFolder, key: string): Promise<number> =>
  (await folder.read(key))?.size ?? 0;

/** Before the first of several comes. Throws UserError 'hub-room'. */
export async function assertRoomFor(
  folder: CacheFolder,
  of: string,
  wanted: readonly Wanted[],
): Promise<void> {
  const missing = await Promise.all(
    wanted.map(async ({ key, known }) =>
      Math.max(0, (known.sizeBytes ?? 0) - (await keptBytes(folder, key))),
    ),
  );
  const neededBytes = missing.reduce((sum, one) => sum + one, 0);
  const freeBytes = await folder.room();
  if (freeBytes !== null && freeBytes < neededBytes) throw noRoom({ name: of, neededBytes, freeBytes });
}

export async function dropFile(folder: CacheFolder, key: string): Promise<void> {
  await folder.remove(noteOf(key));
  await folder.remove(key);
}

/** What an earlier download left, digested. */
async function begunOf(
  folder: CacheFolder,
  { key, name, known }: Wanted,
  signal: AbortSignal | undefined,
): Promise<Begun | undefined> {
  const file = await folder.read(key);
  if (file === null || file.size === 0 || file.size > (known.sizeBytes ?? MOST_BYTES)) return undefined;
  const note = await readNote(folder, noteOf(key), fileNote);
  const digests = new Digests(known);
  const source = file.source(name);
  for (let at = 0; at < file.size; at += PART) {
    leaveIf(signal);
    digests.update(await source.read(at, Math.min(PART, file.size - at)));
  }
  return { bytes: file.size, tag: note?.tag ?? null, digests };
}

const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'QuotaExceededError' || ('code' in error && error.code === 'ENOSPC'));

class Keeping {
  readonly #cache: Cache;
  readonly #wanted: Wanted;
  readonly #options: KeepOptions;
  #done = 0;
  #total: number;

  constructor(cache: Cache, wanted: Wanted, options: KeepOptions) {
    this.#cache = cache;
    this.#wanted = wanted;
    this.#options = options;
    this.#total = wanted.known.sizeBytes ?? 0;
  }

  /** Under its lock: whoever held it before may have finished it. */
  async run(): Promise<CachedFile> {
    return this.whole((await wholeFile(this.#cache.folder, this.#wanted.key)) ?? (await this.#fetch()));
  }

  whole(file: CachedFile): CachedFile {
    this.#done = file.size;
    this.#total = file.size;
    this.tell(0, false);
    return file;
  }

  tell(waitMs: number, elsewhere: boolean): void {
    this.#options.onProgress?.({ done: this.#done, total: this.#total, waitMs, elsewhere });
  }

  async #fetch(): Promise<CachedFile> {
    const { folder } = this.#cache;
    const { key } = this.#wanted;
    const begun = await begunOf(folder, this.#wanted, this.#options.signal);
    await this.#assertRoom(begun?.bytes ?? 0);
    try {
      const { sizeBytes, tag } = await this.#download(begun);
      await writeNote(this.#cache, noteOf(key), { whole: true, sizeBytes, tag });
    } catch (error) {
      if (!fetchDigest.is(error)) throw error;
      await dropFile(folder, key);
      throw this.#spoilt(error);
    }
    const file = await wholeFile(folder, key);
    if (file === null) throw this.#noRoom(null);
    return file;
  }

  async #download(begun: Begun | undefined): Promise<Downloaded> {
    const { key, known, address } = this.#wanted;
    const { net, judge, signal } = this.#options;
    const writer = await this.#cache.folder.write(key);
    try {
      if (begun === undefined && writer.size > 0) await writer.clear();
      const sink = {
        write: (piece: Uint8Array) => this.#append(writer, piece),
        restart: () => writer.clear(),
        begins: (tag: string | null) =>
          writeNote(this.#cache, noteOf(key), { whole: false, sizeBytes: known.sizeBytes ?? null, tag }),
      };
      return await download(net, address, sink, {
        known,
        begun,
        judge,
        signal,
        cached: false,
        conditions: false,
        mostBytes: known.sizeBytes ?? MOST_BYTES,
        onProgress: ({ done, total, waitMs }) => {
          this.#done = done;
          this.#total = known.sizeBytes ?? total;
          this.tell(waitMs, false);
        },
      });
    } finally {
      await writer.close();
    }
  }

  /** What differs: the length, or the bytes. */
  #spoilt({ data }: UserError): UserError {
    const { name, of, known } = this.#wanted;
    const gotBytes = typeof data.gotBytes === 'number' ? data.gotBytes : null;
    return spoiltFile({ name, id: of, wantedBytes: known.sizeBytes ?? null, gotBytes });
  }

  #noRoom(freeBytes: number | null): UserError {
    return noRoom({ name: this.#wanted.name, neededBytes: Math.max(0, this.#total - this.#done), freeBytes });
  }

  async #assertRoom(begunBytes: number): Promise<void> {
    this.#done = begunBytes;
    const free = await this.#cache.folder.room();
    if (free !== null && free < this.#total - begunBytes) throw this.#noRoom(free);
  }

  async #append(writer: CacheWriter, piece: Uint8Array): Promise<void> {
    try {
      await writer.append(piece);
    } catch (error) {
      throw isFull(error) ? this.#noRoom(null) : error;
    }
  }
}

/** Throws UserError 'hub-…' or 'fetch-…', and Cancelled; what came stays, unless it is not the file. */
export async function keepFile(cache: Cache, wanted: Wanted, options: KeepOptions): Promise<CachedFile> {
  const keeping = new Keeping(cache, wanted, options);
  const there = await wholeFile(cache.folder, wanted.key);
  if (there !== null) return keeping.whole(there);
  const waits = (): void => keeping.tell(0, true);
  return cache.locks.hold(wanted.key, { signal: options.signal, waits }, () => keeping.run());
}
