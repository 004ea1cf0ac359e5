// Snapshots, and what was measured of adapters, in the browser’s private file system, two files in turn: a write that is cut off
// leaves the older one whole.
// Runs in a worker only. One tab at a time has the place; the run of another goes on unsaved, and says so.

import { isRecord } from '../ground/isRecord.ts';
import type { TuningCache } from '../training/backends/tune.ts';
import { savedElsewhere } from './sessionErrors.ts';
import type { SnapshotStore } from './snapshot.ts';

const FOLDER = 'lora-playground';
const files = ['run-a.bin', 'run-b.bin'] as const;

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** The file with its bytes and time, or null when it isn't there. */
async function stored(name: string): Promise<File | null> {
  try {
    return await (await (await folder()).getFileHandle(name)).getFile();
  } catch {
    // No such file yet.
    return null;
  }
}

async function newestFirst(): Promise<readonly { readonly name: string; readonly file: File | null }[]> {
  const found = await Promise.all(files.map(async (name) => ({ name, file: await stored(name) })));
  return found.sort((a, b) => (b.file?.lastModified ?? 0) - (a.file?.lastModified ?? 0));
}

const LOCK = 'lora-playground-run';

/** The place for one run is one tab's at a time; it falls free when that tab's worker ends. */
function place() {
  let release: (() => void) | null = null;
  return {
    /** Throws UserError 'save-elsewhere' when another tab has it. */
    take: async (): Promise<void> => {
      if (release !== null) return;
      const got = await new Promise<boolean>((resolve) => {
        void navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          if (lock === null) return undefined;
          return new Promise<void>((end) => {
            release = end;
          });
        });
      });
      if (!got) throw savedElsewhere({});
    },
    isAnothers: async (): Promise<boolean> => {
      if (release !== null) return false;
      const { held = [] } = await navigator.locks.query();
      return held.some(({ name }) => name === LOCK);
    },
    leave: (): void => {
      release?.();
      release = null;
    },
  };
}

/** null where the browser offers no private files. */
export function opfsStore(): SnapshotStore | null {
  if (!('storage' in navigator) || !('getDirectory' in navigator.storage) || !('locks' in navigator))
    return null;
  let next: string | null = null;
  const own = place();
  return {
    save: async (bytes) => {
      await own.take();
      next ??= (await newestFirst()).at(-1)?.name ?? files[0];
      const handle = await (await folder()).getFileHandle(next, { create: true });
      const access = await handle.createSyncAccessHandle();
      try {
        access.truncate(0);
        access.write(bytes, { at: 0 });
        access.flush();
      } finally {
        access.close();
      }
      next = files.find((name) => name !== next) ?? files[0];
    },
    load: async () => {
      if (await own.isAnothers()) return [];
      const found = await newestFirst();
      const whole = found.flatMap(({ file }) => (file && file.size > 0 ? [file] : []));
      return Promise.all(whole.map(async (file) => new Uint8Array(await file.arrayBuffer())));
    },
    clear: async () => {
      if (await own.isAnothers()) return;
      const directory = await folder();
      for (const name of files) await directory.removeEntry(name).catch(() => {});
      own.leave();
    },
  };
}

const TUNING = 'tuning.json';

/** null where the browser offers no private files. */
export function opfsTuning(): TuningCache | null {
  if (!('storage' in navigator) || !('getDirectory' in navigator.storage)) return null;
  const all = async (): Promise<Readonly<Record<string, unknown>>> => {
    const file = await stored(TUNING);
    const value: unknown = file ? JSON.parse(await file.text()) : {};
    return isRecord(value) ? value : {};
  };
  return {
    load: async (key) => (await all())[key],
    save: async (key, value) => {
      const text = JSON.stringify({ ...(await all()), [key]: value });
      const handle = await (await folder()).getFileHandle(TUNING, { create: true });
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
