// Where a run's files go when they are asked for: into a folder piece by piece as they come (hub/cache/folder.ts: the browser's private files), and
// from there by reference to whoever saves or opens them. Where there is no folder, or no room in it, the browser keeps the pieces.
import type { ExportPiece } from '../exchange/export/pieces.ts';
import type { CacheFolder, CacheWriter } from '../hub/cache/folder.ts';

/** A file that was made; its bytes are where the browser keeps them. */
export interface TakenFile {
  readonly name: string;
  readonly file: Blob;
}

export interface ExportPlace {
  /** One piece is in memory at a time. */
  take(pieces: AsyncIterable<ExportPiece>): Promise<readonly TakenFile[]>;
}

/** One file on its way. */
interface Open {
  readonly name: string;
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  done(): Promise<Blob>;
}

/** Each piece is the browser's from here on. */
function kept(name: string, parts: Blob[] = []): Open {
  return {
    name,
    append: async (bytes) => void parts.push(new Blob([bytes])),
    done: () => Promise.resolve(new Blob(parts)),
  };
}

async function takeWith(
  pieces: AsyncIterable<ExportPiece>,
  open: (name: string) => Promise<Open>,
): Promise<readonly TakenFile[]> {
  const files: TakenFile[] = [];
  let last: Open | null = null;
  const close = async (): Promise<void> => {
    if (last) files.push({ name: last.name, file: await last.done() });
    last = null;
  };
  try {
    for await (const { name, bytes } of pieces) {
      if (last?.name !== name) {
        await close();
        last = await open(name);
      }
      await last.append(bytes);
    }
  } finally {
    // Also of one that was cut off: nobody else may write it.
    await close();
  }
  return files;
}

export const memoryExports: ExportPlace = {
  take: (pieces) => takeWith(pieces, (name) => Promise.resolve(kept(name))),
};

/** Files are read for as long as a download takes; older ones are nobody's any more. */
const KEPT_MS = 3_600_000;
const named = /^(\d+)-/;

/** `now`: milliseconds of a clock that all visits share. */
export function folderExports(folder: CacheFolder, now: () => number): ExportPlace {
  let count = 0;
  async function forgetOld(): Promise<void> {
    for (const name of await folder.names())
      if (Number(named.exec(name)?.[1] ?? 0) < now() - KEPT_MS) await folder.remove(name);
  }
  async function inFolder(name: string, place: string): Promise<Open> {
    let writer: CacheWriter | null = await folder.write(place);
    let rest: Open | null = null;
    const written = async (): Promise<Blob> => {
      await writer?.close();
      writer = null;
      return (await folder.read(place))?.blob ?? new Blob();
    };
    return {
      name,
      append: async (bytes) => {
        if (rest) return rest.append(bytes);
        const before = writer?.size ?? 0;
        try {
          await writer?.append(bytes);
        } catch {
          // No room: what is there stays there, and the browser keeps what comes.
          const whole = (await written()).slice(0, before);
          rest = kept(name, [whole]);
          await rest.append(bytes);
        }
      },
      done: () => (rest ? rest.done() : written()),
    };
  }
  return {
    take: async (pieces) => {
      await forgetOld().catch(() => {});
      return takeWith(pieces, async (name) => {
        count += 1;
        const place = `${now()}-${count}-${crypto.randomUUID()}`;
        return inFolder(name, place).catch(() => kept(name));
      });
    },
  };
}
