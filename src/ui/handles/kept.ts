// Handles of files that became a model or rows, in the browser's database by the digest of what was made of them: at the next visit they are
// opened by one press, or by none where the browser remembers that it may. A browser that keeps none has them chosen again.
import type { FileHandle, FolderHandle } from './fileSystem.ts';
import type { Handles } from './opened.ts';
import { filesOf, handlesOf } from './opened.ts';

const DATABASE = 'lora-playground-files';
const STORE = 'handles';
const MOST_KEPT = 24;

interface Kept {
  readonly digest: string;
  readonly name: string;
  readonly handles: Handles;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface OpenedAgain {
  readonly name: string;
  readonly files: readonly File[];
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function inStore<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'digest' });
  const database = await done(opening);
  try {
    return await done(use(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

const all = (): Promise<Kept[]> => inStore<Kept[]>('readonly', (store) => store.getAll());

/** Keeps how these files are opened again, where a browser said. Never rejects. */
export async function keepHandles(digest: string, name: string, files: readonly File[]): Promise<void> {
  try {
    const handles = handlesOf(files);
    if (handles === null) return;
    const kept: Kept = { digest, name, handles, at: Date.now() };
    await inStore('readwrite', (store) => store.put(kept));
    const old = (await all()).toSorted((a, b) => b.at - a.at).slice(MOST_KEPT);
    for (const one of old) await inStore('readwrite', (store) => store.delete(one.digest));
  } catch {
    // A private window, or storage is forbidden.
  }
}

const listOf = (handles: Handles): readonly (FileHandle | FolderHandle)[] =>
  'kind' in handles ? [handles] : handles;

/** Whether files are known by this digest, and whether they may be read without asking; null: they are not. Never rejects. */
export async function findHandles(
  digest: string,
): Promise<{ readonly name: string; readonly allowed: boolean } | null> {
  try {
    const kept = await inStore<Kept | undefined>('readonly', (store) => store.get(digest));
    if (!kept) return null;
    const asked = listOf(kept.handles).map(
      (handle) => handle.queryPermission?.({ mode: 'read' }) ?? 'granted',
    );
    return { name: kept.name, allowed: (await Promise.all(asked)).every((one) => one === 'granted') };
  } catch {
    return null;
  }
}

/** The files; a person may be asked, which wants their press. null: refused, moved or gone. Never rejects. */
export async function openHandles(digest: string): Promise<OpenedAgain | null> {
  try {
    const kept = await inStore<Kept | undefined>('readonly', (store) => store.get(digest));
    if (!kept) return null;
    for (const handle of listOf(kept.handles))
      if ((await handle.requestPermission?.({ mode: 'read' })) === 'denied') return null;
    const { name, handles } = kept;
    const files =
      'kind' in handles ? await filesOf(handles) : await Promise.all(handles.map((one) => one.getFile()));
    await keepAgain(kept);
    return { name, files };
  } catch {
    return null;
  }
}

/** The newest used are kept longest. */
const keepAgain = (kept: Kept): Promise<unknown> =>
  inStore('readwrite', (store) => store.put({ ...kept, at: Date.now() }));

/** How many are kept, and when one was used last; null: none. Never rejects. */
export async function keptHandles(): Promise<{ readonly count: number; readonly at: number } | null> {
  try {
    const found = await all();
    return found.length === 0 ? null : { count: found.length, at: Math.max(...found.map(({ at }) => at)) };
  } catch {
    return null;
  }
}

export const forgetHandles = (): Promise<unknown> => inStore('readwrite', (store) => store.clear());
