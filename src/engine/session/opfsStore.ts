// Snapshots, and what was measured of adapters, in the browser’s private file system. Runs in a worker only. One tab at a time has the
// place and two files for its run: placedStore.ts.

import { isRecord } from '../ground/isRecord.ts';
import type { TuningCache } from '../training/backends/variants.ts';
import { memoryTuning } from '../training/backends/variants.ts';
import { placedStore } from './placedStore.ts';
import { isNamed, privateFolder, TUNING } from './privateFolder.ts';
import { noStorage } from './sessionErrors.ts';
import type { SnapshotStore } from './snapshot.ts';
import type { Folder, StoredFile } from './twoFiles.ts';

/** null where there is no such file. What can't be read although it is there is an error. */
async function stored(name: string): Promise<File | null> {
  try {
    return await (await (await privateFolder()).getFileHandle(name)).getFile();
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return null;
    throw error;
  }
}

const privateFiles: Folder = {
  open: async (name) =>
    (await (await privateFolder()).getFileHandle(name, { create: true })).createSyncAccessHandle(),
  read: async (name): Promise<StoredFile | null> => {
    const file = await stored(name);
    return file && { bytes: new Uint8Array(await file.arrayBuffer()), at: file.lastModified };
  },
  remove: async (name) => {
    try {
      await (await privateFolder()).removeEntry(name);
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
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
};

const offersFiles = (): boolean => 'storage' in navigator && 'getDirectory' in navigator.storage;

/** Where the browser offers no private files or no locks, a store that says so at each save. */
export function opfsStore(): SnapshotStore {
  const missing = offersFiles() ? ('locks' in navigator ? null : 'locks') : 'files';
  if (missing !== null)
    return {
      save: () => Promise.reject(noStorage({ missing })),
      load: () => Promise.resolve([]),
      clear: () => Promise.resolve(),
    };
  return placedStore(privateFiles, navigator.locks);
}

/** null where the browser offers no private files. */
export function opfsTuning(): TuningCache {
  if (!offersFiles()) return memoryTuning();
  /** What this worker measured or read: it must not change between a loss and what goes on after it, whatever the storage does. */
  const known = new Map<string, unknown>();
  const all = async (): Promise<Readonly<Record<string, unknown>>> => {
    try {
      const file = await stored(TUNING);
      const value: unknown = file ? JSON.parse(await file.text()) : {};
      return isRecord(value) ? value : {};
    } catch {
      // Cut off while it was written, or out of reach: measured again.
      return {};
    }
  };
  return {
    load: async (key) => {
      if (!known.has(key)) known.set(key, (await all())[key]);
      return known.get(key);
    },
    save: async (key, value) => {
      known.set(key, value);
      const text = JSON.stringify({ ...(await all()), [key]: value });
      const handle = await (await privateFolder()).getFileHandle(TUNING, { create: true });
      const access = await handle.createSyncAccessHandle();
      try {
        access.truncate(0);
        access.write(new TextEncoder().encode(text), { at: 0 });
      } finally {
        access.close();
      }
    },
  };
}
