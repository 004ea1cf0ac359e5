// A cache that lasts as long as its thread: where a browser offers no private files, and for tests. Knows nothing of models.
import { leaveIf } from '../../ground/fetching/watch.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import type { CacheFolder, CacheLocks } from './folder.ts';

/** `roomBytes`: what may be written in all; null: nobody knows. */
export function memoryFolder(roomBytes: number | null = null): CacheFolder {
  const files = new Map<string, Uint8Array<ArrayBuffer>[]>();
  const sizeOf = (name: string): number =>
    (files.get(name) ?? []).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const used = (): number => [...files.keys()].reduce((sum, name) => sum + sizeOf(name), 0);
  return {
    names: () => Promise.resolve([...files.keys()]),
    read: (name) => {
      const parts = files.get(name);
      if (parts === undefined) return Promise.resolve(null);
      const blob = new Blob(parts);
      return Promise.resolve({ size: blob.size, source: (shown) => blobSource(shown, blob), blob });
    },
    write: (name) => {
      if (!files.has(name)) files.set(name, []);
      return Promise.resolve({
        get size() {
          return sizeOf(name);
        },
        append: (bytes) => {
          if (roomBytes !== null && used() + bytes.byteLength > roomBytes)
            throw new DOMException('no room', 'QuotaExceededError');
          files.get(name)?.push(Uint8Array.from(bytes));
        },
        clear: () => void files.set(name, []),
        close: () => {},
      });
    },
    remove: (name) => Promise.resolve(void files.delete(name)),
    room: () => Promise.resolve(roomBytes === null ? null : roomBytes - used()),
  };
}

/** Among those of one thread. */
export function memoryLocks(): CacheLocks {
  const ends = new Map<string, Promise<unknown>>();
  return {
    hold: async (name, { signal, waits }, run) => {
      const before = ends.get(name);
      if (before !== undefined) waits?.();
      const mine = (before ?? Promise.resolve()).then(() => {
        leaveIf(signal);
        return run();
      });
      const end = mine.then(
        () => {},
        () => {},
      );
      ends.set(name, end);
      try {
        return await mine;
      } finally {
        if (ends.get(name) === end) ends.delete(name);
      }
    },
  };
}
