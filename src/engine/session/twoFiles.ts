// Snapshots in two files in turn, over any folder whose files are written in place: the newest whole one is never touched while
// another is written, and what was written counts only once its length and its bytes have been read back. A device that is full
// may say so by throwing, by an odd count of written bytes, or only at the flush; none of it costs what was there.
// Knows no browser: opfsStore.ts gives it the private files, tests a made-up disk.
import { causeOf, UserError } from '../ground/errors.ts';
import { same, text } from '../ground/text.ts';
import { notSaved, storageFull } from './sessionErrors.ts';

/** Of FileSystemSyncAccessHandle, what saving needs. */
export interface OpenFile {
  getSize(): number;
  read(into: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

export interface StoredFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it was written last. */
  readonly at: number;
}

export interface Folder {
  /** Makes the file where there is none. */
  open(name: string): Promise<OpenFile>;
  /** null where there is no such file. */
  read(name: string): Promise<StoredFile | null>;
  remove(name: string): Promise<void>;
  /** Bytes that may still be written; null where nobody knows. */
  room(): Promise<number | null>;
}

const names = ['run-a.bin', 'run-b.bin'] as const;
const READ_BACK_BYTES = 1 << 20;

/** Throws UserError 'save-full' for fewer bytes than asked for, whatever the count that was given. */
function writeWhole(file: OpenFile, bytes: Uint8Array<ArrayBuffer>): void {
  file.truncate(0);
  const written = file.write(bytes, { at: 0 });
  if (written !== bytes.length) throw storageFull({ needed: bytes.length, free: null });
  file.flush();
}

function isSame(wanted: Uint8Array, found: Uint8Array): boolean {
  // A loop: megabytes go through here between two steps.
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== found[i]) return false;
  return true;
}

/** What the file holds now, against what it is to hold. */
function assertHolds(file: OpenFile, bytes: Uint8Array<ArrayBuffer>): void {
  const size = file.getSize();
  if (size !== bytes.length)
    throw notSaved({
      cause: text(
        `${bytes.length} bytes were written, the file has ${size}`,
        `写入了 ${bytes.length} 字节，文件只有 ${size}`,
      ),
    });
  const part = new Uint8Array(Math.min(READ_BACK_BYTES, bytes.length));
  for (let at = 0; at < bytes.length; at += part.length) {
    const wanted = bytes.subarray(at, at + part.length);
    const got = file.read(part, { at });
    if (got < wanted.length || !isSame(wanted, part))
      throw notSaved({
        cause: text(`what was written at byte ${at} reads back differently`, `第 ${at} 字节处读回的内容不同`),
      });
  }
}

/** A quota is told in words of its own: the browser's name for it, wherever it comes from. */
function asUserError(error: unknown, needed: number): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof Error && error.name === 'QuotaExceededError')
    return storageFull({ needed, free: null });
  return notSaved({ cause: same(causeOf(error)) });
}

export interface TwoFiles {
  /** Throws UserError 'save-…'; what was saved before stands. */
  save(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Newest first; what is damaged is for the reader to notice. */
  load(): Promise<readonly Uint8Array<ArrayBuffer>[]>;
  clear(): Promise<void>;
  /** Another may have written here: look again before the next save. */
  forget(): void;
}

export function twoFiles(folder: Folder, isWhole: (bytes: Uint8Array<ArrayBuffer>) => boolean): TwoFiles {
  /** The newest whole file, which stays; null: there is none; undefined: nobody looked yet. */
  let good: string | null | undefined;

  async function newestFirst(): Promise<readonly { readonly name: string; readonly file: StoredFile }[]> {
    const found = await Promise.all(names.map(async (name) => ({ name, file: await folder.read(name) })));
    return found
      .flatMap(({ name, file }) => (file && file.bytes.length > 0 ? [{ name, file }] : []))
      .sort((a, b) => b.file.at - a.file.at);
  }

  /** Leaves nothing of a save that failed: a part of a file takes room that the next one needs. */
  async function write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const file = await folder.open(name);
    try {
      const room = await folder.room();
      const free = room === null ? null : room + file.getSize();
      if (free !== null && free < bytes.length) throw storageFull({ needed: bytes.length, free });
      try {
        writeWhole(file, bytes);
        assertHolds(file, bytes);
      } catch (error) {
        file.truncate(0);
        throw error;
      }
    } finally {
      file.close();
    }
  }

  return {
    save: async (bytes) => {
      try {
        good ??= (await newestFirst()).find(({ file }) => isWhole(file.bytes))?.name ?? null;
        const name = names.find((one) => one !== good) ?? names[0];
        await write(name, bytes);
        good = name;
      } catch (error) {
        throw asUserError(error, bytes.length);
      }
    },
    load: async () => (await newestFirst()).map(({ file }) => file.bytes),
    clear: async () => {
      good = undefined;
      await Promise.all(names.map((name) => folder.remove(name)));
    },
    forget: () => {
      good = undefined;
    },
  };
}
