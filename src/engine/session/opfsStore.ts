// Snapshots, and what was measured of adapters, in the browser's private file system, two files in turn: a write that is cut off leaves the older one whole.
// Runs in a worker only. A store that another tab holds open refuses, and that tab's run keeps the place.
import type { TuningCache } from '../backends/tune.ts';
import { isRecord } from '../isRecord.ts';
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

/** null where the browser offers no private files. */
export function opfsStore(): SnapshotStore | null {
  if (!('storage' in navigator) || !('getDirectory' in navigator.storage)) return null;
  let next: string | null = null;
  return {
    save: async (bytes) => {
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
      const found = await newestFirst();
      const whole = found.flatMap(({ file }) => (file && file.size > 0 ? [file] : []));
      return Promise.all(whole.map(async (file) => new Uint8Array(await file.arrayBuffer())));
    },
    clear: async () => {
      const place = await folder();
      for (const name of files) await place.removeEntry(name).catch(() => {});
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
