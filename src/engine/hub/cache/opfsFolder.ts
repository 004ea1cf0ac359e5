// Folders in the browser's private file system, under its locks: files of this origin, for all its tabs. Runs in a worker only.
import { Cancelled } from '../../ground/errors.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import type { CacheFolder, CacheLocks } from './folder.ts';
import { memoryFolder, memoryLocks } from './memoryFolder.ts';

const LOCK = 'lora-playground-model-';

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'NotFoundError';

async function directoryOf(folder: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(folder, { create: true });
}

const folderNamed = (folder: string): CacheFolder => ({
  names: async () => {
    const names: string[] = [];
    for await (const name of (await directoryOf(folder)).keys()) names.push(name);
    return names;
  },
  read: async (name) => {
    try {
      const file = await (await (await directoryOf(folder)).getFileHandle(name)).getFile();
      return { size: file.size, source: (shown) => blobSource(shown, file), blob: file };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  write: async (name) => {
    const handle = await (await directoryOf(folder)).getFileHandle(name, { create: true });
    const access = await handle.createSyncAccessHandle();
    return {
      get size() {
        return access.getSize();
      },
      append: (bytes) => {
        const written = access.write(Uint8Array.from(bytes), { at: access.getSize() });
        // A full disk may say so by the count alone.
        if (written !== bytes.byteLength) throw new DOMException('no room', 'QuotaExceededError');
      },
      clear: () => access.truncate(0),
      close: () => {
        try {
          access.flush();
        } finally {
          access.close();
        }
      },
    };
  },
  remove: async (name) => {
    try {
      await (await directoryOf(folder)).removeEntry(name);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
  room: async () => {
    try {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
    } catch {
      // A browser that does not tell is asked by writing.
      return null;
    }
  },
});

const tabLocks: CacheLocks = {
  hold: async (name, { signal, waits }, run) => {
    const own = LOCK + name;
    const tried = await navigator.locks.request(own, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { done: await run() },
    );
    if (tried !== null) return tried.done;
    waits?.();
    try {
      return await navigator.locks.request(own, signal === undefined ? {} : { signal }, run);
    } catch (error) {
      if (signal?.aborted) throw new Cancelled();
      throw error;
    }
  },
};

interface PagePlace {
  readonly folder: CacheFolder;
  readonly locks: CacheLocks;
  /** Whether what is kept is there at the next visit. */
  readonly lasts: boolean;
}

/** The models of the page. */
export const pageCache = (): PagePlace => pagePlace('lora-playground-models');

/** A folder of the page's own. */
export function pagePlace(folder: string): PagePlace {
  const offered = 'storage' in navigator && 'getDirectory' in navigator.storage && 'locks' in navigator;
  return offered
    ? { folder: folderNamed(folder), locks: tabLocks, lasts: true }
    : { folder: memoryFolder(), locks: memoryLocks(), lasts: false };
}
