// What the browser keeps of this page in its private files, for the page that shows it. It reads names, sizes and times alone; a run is
// let go by the worker that may have its place.
import { keptModels } from './keptModel.ts';
import { sizeOfKeptRows } from './keptRows.ts';
import { isNamed, privateFolder, TUNING } from './privateFolder.ts';
import { snapshotNames } from './twoFiles.ts';

export interface StoredHere {
  /** Of everything of this origin; null where the browser does not tell. */
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  /** Whether the browser has promised not to throw it away when space is short; null where it makes no such promise. */
  readonly promised: boolean | null;
  /** The saved run; null: there is none, or the browser offers no private files. */
  readonly run: { readonly bytes: number; readonly at: number } | null;
  /** Rows of data sets. */
  readonly rows: { readonly bytes: number; readonly at: number } | null;
  /** Copies of models of this machine. */
  readonly ownModels: { readonly bytes: number; readonly at: number } | null;
  /** What was measured of kernels. */
  readonly tuning: { readonly bytes: number; readonly at: number } | null;
}

async function sizeOf(names: readonly string[]): Promise<StoredHere['run']> {
  let bytes = 0;
  let at = 0;
  for (const name of names) {
    try {
      const file = await (await (await privateFolder()).getFileHandle(name)).getFile();
      bytes += file.size;
      at = Math.max(at, file.lastModified);
    } catch {
      // Not there, or just being written.
    }
  }
  return bytes === 0 ? null : { bytes, at };
}

/** Never rejects: what a browser does not tell is null. */
export async function storedHere(): Promise<StoredHere> {
  const storage: Partial<StorageManager> | undefined = navigator.storage;
  const told = await storage?.estimate?.().catch(() => null);
  const promised = await storage?.persisted?.().catch(() => null);
  return {
    usedBytes: told?.usage ?? null,
    quotaBytes: told?.quota ?? null,
    promised: promised ?? null,
    run: await sizeOf(snapshotNames),
    rows: await sizeOfKeptRows(),
    ownModels: await keptModels().size(),
    tuning: await sizeOf([TUNING]),
  };
}

/** Forgets what was measured: the next device to be opened is measured anew. */
export async function forgetTuning(): Promise<void> {
  try {
    await (await privateFolder()).removeEntry(TUNING);
  } catch (error) {
    if (!isNamed(error, 'NotFoundError')) throw error;
  }
}
