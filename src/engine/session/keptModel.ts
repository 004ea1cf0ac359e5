// Files of this machine that were opened as a base model, copied into the browser's private files when a person asks for it: at the next visit
// the model is open without being chosen again. One folder a model, named by its digest; the note in it is written last, so that a copy that was
// cut off is none.
import { isRecord } from '../ground/isRecord.ts';
import { plainName } from '../ground/plainName.ts';
import { isNamed, privateFolder } from './privateFolder.ts';

const NOTE = 'kept.json';
const named = /^own-model-[0-9a-f]{16}$/;
const nameOf = (digest: string): string => `own-model-${digest}`;

interface Note {
  /** The folder's, or the file's. */
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export interface KeptModelFiles {
  readonly name: string;
  readonly files: readonly File[];
}

/** null: cut off, or of another page. */
function noteIn(text: string): Note | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value.name !== 'string' || !Array.isArray(value.files)) return null;
    const files = value.files.flatMap((one: unknown) =>
      isRecord(one) && typeof one.name === 'string' && typeof one.bytes === 'number'
        ? [{ name: one.name, bytes: one.bytes }]
        : [],
    );
    return files.length === value.files.length ? { name: value.name, files } : null;
  } catch {
    return null;
  }
}

async function write(folder: FileSystemDirectoryHandle, name: string, file: Blob): Promise<void> {
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await file.stream().pipeTo(writable);
}

type Home = () => Promise<FileSystemDirectoryHandle>;

/** What a copy came to. */
export type Kept = 'kept' | 'full' | 'failed';

export function keptModels(
  home: Home = privateFolder,
  estimate: () => Promise<StorageEstimate> = () => navigator.storage.estimate(),
) {
  async function forgetOne(digest: string): Promise<void> {
    try {
      await (await home()).removeEntry(nameOf(digest), { recursive: true });
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  }

  return {
    /** Copies a model's files. Never rejects; leaves no part of a copy behind. */
    keep: async (digest: string, { name, files }: KeptModelFiles): Promise<Kept> => {
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      try {
        const { quota, usage } = await estimate();
        if (quota !== undefined && usage !== undefined && quota - usage < bytes) return 'full';
        await forgetOne(digest);
        const folder = await (await home()).getDirectoryHandle(nameOf(digest), { create: true });
        const kept = files.map((file, place) => ({
          file,
          name: `${place}-${plainName(file.name)}`,
        }));
        for (const { file, name: own } of kept) await write(folder, own, file);
        const note: Note = { name, files: files.map((file) => ({ name: file.name, bytes: file.size })) };
        await write(folder, NOTE, new Blob([JSON.stringify(note)]));
        return 'kept';
      } catch (error) {
        await forgetOne(digest).catch(() => {});
        return isNamed(error, 'QuotaExceededError') ? 'full' : 'failed';
      }
    },

    /** null where no whole copy is. Never rejects. */
    find: async (digest: string): Promise<KeptModelFiles | null> => {
      try {
        const folder = await (await home()).getDirectoryHandle(nameOf(digest));
        const fileOf = async (name: string): Promise<File> => (await folder.getFileHandle(name)).getFile();
        const note = noteIn(await (await fileOf(NOTE)).text());
        if (note === null) return null;
        const files = await Promise.all(
          note.files.map(async ({ name, bytes }, place) => {
            const file = await fileOf(`${place}-${plainName(name)}`);
            return file.size === bytes ? new File([file], name) : null;
          }),
        );
        const whole = files.filter((file) => file !== null);
        return whole.length === files.length && whole.length > 0 ? { name: note.name, files: whole } : null;
      } catch {
        return null;
      }
    },

    /** Of all copies; null: none. Never rejects. */
    size: async (): Promise<{ readonly bytes: number; readonly at: number } | null> => {
      let bytes = 0;
      let at = 0;
      try {
        for await (const entry of (await home()).values()) {
          if (entry.kind !== 'directory' || !named.test(entry.name)) continue;
          for await (const inside of entry.values()) {
            if (inside.kind !== 'file') continue;
            const file = await inside.getFile();
            bytes += file.size;
            at = Math.max(at, file.lastModified);
          }
        }
      } catch {
        // Offers no private files, or changed them meanwhile.
      }
      return bytes === 0 ? null : { bytes, at };
    },

    forget: async (): Promise<void> => {
      const names: string[] = [];
      for await (const name of (await home()).keys()) if (named.test(name)) names.push(name);
      for (const name of names) await forgetOne(name.slice(nameOf('').length));
    },
  };
}
