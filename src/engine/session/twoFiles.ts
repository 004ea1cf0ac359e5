// Snapshots in two files in turn, over any folder whose files are written in place: the newest whole one is never touched while
// another is written, and what was written counts only once its length and its bytes have been read back. A device that is full
// may say so by throwing, by an odd count of written bytes, or only at the flush; none of it costs what was there. Which of two is the
// newer stands in the files themselves: a private window of Chromium does not change a file's time when it is written again, and clocks are set back.
// Knows no browser: opfsStore.ts gives it the private files, tests a made-up disk.
import { text } from '../ground/text.ts';
import { asSaveError, notSaved, storageFull } from './sessionErrors.ts';

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

export const snapshotNames = ['run-a.bin', 'run-b.bin'] as const;
const READ_BACK_BYTES = 1 << 20;

/** Behind the bytes of each file: u32 magic, u32 turn. */
const TURN_MAGIC = 0x4c505374; // "LPSt"
export const TURN_BYTES = 8;

function turnBytes(turn: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TURN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, TURN_MAGIC, true);
  view.setUint32(4, turn, true);
  return bytes;
}

/** What was saved, and in which turn; 0: a file that names none, cut off or of an earlier page. */
function parted(all: Uint8Array<ArrayBuffer>): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly turn: number;
} {
  const end = all.length - TURN_BYTES;
  if (end < 0) return { bytes: all, turn: 0 };
  const view = new DataView(all.buffer, all.byteOffset + end, TURN_BYTES);
  if (view.getUint32(0, true) !== TURN_MAGIC) return { bytes: all, turn: 0 };
  return { bytes: all.subarray(0, end), turn: view.getUint32(4, true) };
}

/** Throws UserError 'save-full' for fewer bytes than asked for, whatever the count that was given. */
function writeWhole(file: OpenFile, parts: readonly Uint8Array<ArrayBuffer>[]): void {
  file.truncate(0);
  let at = 0;
  for (const part of parts) {
    const written = file.write(part, { at });
    if (written !== part.length) throw storageFull({ needed: sizeOf(parts), free: null });
    at += part.length;
  }
  file.flush();
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

function isSame(wanted: Uint8Array, found: Uint8Array): boolean {
  // A loop: megabytes go through here between two steps.
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== found[i]) return false;
  return true;
}

/** What the file holds now, against what it is to hold. */
function assertHolds(file: OpenFile, parts: readonly Uint8Array<ArrayBuffer>[]): void {
  const [size, wanted] = [file.getSize(), sizeOf(parts)];
  if (size !== wanted)
    throw notSaved({
      cause: text(
        `${wanted} bytes were written, the file has ${size}`,
        `写入了 ${wanted} 字节，文件只有 ${size}`,
      ),
    });
  let from = 0;
  for (const bytes of parts) {
    assertReads(file, bytes, from);
    from += bytes.length;
  }
}

function assertReads(file: OpenFile, bytes: Uint8Array<ArrayBuffer>, from: number): void {
  const part = new Uint8Array(Math.min(READ_BACK_BYTES, bytes.length));
  for (let at = 0; at < bytes.length; at += part.length) {
    const wanted = bytes.subarray(at, at + part.length);
    const got = file.read(part, { at: from + at });
    if (got < wanted.length || !isSame(wanted, part))
      throw notSaved({
        cause: text(
          `what was written at byte ${from + at} reads back differently`,
          `第 ${from + at} 字节处读回的内容不同`,
        ),
      });
  }
}

interface Found {
  readonly name: string;
  readonly at: number;
  readonly turn: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
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
  /** Of the newest file. */
  let turn = 0;

  async function newestFirst(): Promise<readonly Found[]> {
    const found = await Promise.all(
      snapshotNames.map(async (name) => ({ name, file: await folder.read(name) })),
    );
    const all = found
      .flatMap(({ name, file }) =>
        file && file.bytes.length > 0 ? [{ name, at: file.at, ...parted(file.bytes) }] : [],
      )
      .sort((a, b) => b.turn - a.turn || b.at - a.at);
    turn = all[0]?.turn ?? 0;
    return all;
  }

  /** Leaves nothing of a save that failed: a part of a file takes room that the next one needs. */
  async function write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const parts = [bytes, turnBytes(turn + 1)];
    const file = await folder.open(name);
    try {
      const room = await folder.room();
      const free = room === null ? null : room + file.getSize();
      const needed = sizeOf(parts);
      if (free !== null && free < needed) throw storageFull({ needed, free });
      try {
        writeWhole(file, parts);
        assertHolds(file, parts);
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
        good ??= (await newestFirst()).find((one) => isWhole(one.bytes))?.name ?? null;
        const name = snapshotNames.find((one) => one !== good) ?? snapshotNames[0];
        await write(name, bytes);
        good = name;
        turn += 1;
      } catch (error) {
        throw asSaveError(error, bytes.length);
      }
    },
    load: async () => (await newestFirst()).map(({ bytes }) => bytes),
    clear: async () => {
      good = undefined;
      await Promise.all(snapshotNames.map((name) => folder.remove(name)));
    },
    forget: () => {
      good = undefined;
    },
  };
}
