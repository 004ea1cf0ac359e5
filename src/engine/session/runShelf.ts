// The runs that are kept until a person deletes them: one file a run, written whole or not at all, and a small note with its name. Over any
// folder (hub/cache/folder.ts): the browser's private files, memory where it offers none. Which run is put here, and when, is savedRuns.ts's.
import { UserError } from '../ground/errors.ts';
import { shape, string } from '../ground/shapes.ts';
import type { CachedFile, CacheFolder, CacheLocks } from '../hub/cache/folder.ts';
import { readNote, writeNote } from '../hub/cache/notes.ts';
import type { KeptRun } from './keptRun.ts';
import { keptRunOf } from './keptRun.ts';
import { MOST_NAME, newRunId } from './runNote.ts';
import { asSaveError, noKeptRun, storageFull } from './sessionErrors.ts';
import { encodeSnapshot, HEADER_BYTES, lengthsOf } from './snapshot.ts';
import type { SnapshotFacts } from './snapshotDecode.ts';
import { decodeFacts, decodeSnapshot } from './snapshotDecode.ts';

export interface ShelfPlace {
  readonly folder: CacheFolder;
  readonly locks: CacheLocks;
  /** Whether what is kept is there at the next visit. */
  readonly lasts: boolean;
}

/** Bytes of the text of a run: recipe, rows, curve and answers. */
const MOST_TEXT = 2 ** 27;
const named = /^([0-9a-f]{16})-(\d{1,9})\.lora-run$/;
const nameNote = shape<{ readonly name: string }>({ name: string });
const noteOf = (id: string): string => `${id}.json`;

interface Standing {
  readonly file: string;
  readonly id: string;
  readonly step: number;
}

/** Of each run the file of its latest step. */
function newestOf(names: readonly string[]): readonly Standing[] {
  const newest = new Map<string, Standing>();
  for (const file of names) {
    const [, id, step] = named.exec(file) ?? [];
    if (id === undefined || Number(step) < (newest.get(id)?.step ?? 0)) continue;
    newest.set(id, { file, id, step: Number(step) });
  }
  return [...newest.values()];
}

/** The JSON of a run without its numbers; null: cut off, or none. */
async function factsIn(name: string, file: CachedFile): Promise<SnapshotFacts | null> {
  const source = file.source(name);
  if (file.size < HEADER_BYTES) return null;
  const lengths = lengthsOf(await source.read(0, HEADER_BYTES));
  if (lengths === null || lengths.jsonBytes > MOST_TEXT || file.size < lengths.wholeBytes) return null;
  try {
    return decodeFacts(new TextDecoder().decode(await source.read(HEADER_BYTES, lengths.jsonBytes)));
  } catch (error) {
    // Of a later page: it stays for that.
    if (error instanceof UserError) return null;
    throw error;
  }
}

export class RunShelf {
  readonly #place: ShelfPlace;

  constructor(place: ShelfPlace) {
    this.#place = place;
  }

  get lasts(): boolean {
    return this.#place.lasts;
  }

  room(): Promise<number | null> {
    return this.#place.folder.room();
  }

  /** Keeps a run as it stands at this step, in place of an earlier step of it. Throws UserError 'save-…'. */
  async put(id: string, step: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { folder, locks } = this.#place;
    const name = `${id}-${step}.lora-run`;
    try {
      await locks.hold(`run-${id}`, {}, async () => {
        const free = await folder.room();
        if (free !== null && free < bytes.length) throw storageFull({ needed: bytes.length, free });
        await this.#write(name, bytes);
        const others = (await folder.names()).filter((one) => named.exec(one)?.[1] === id && one !== name);
        for (const other of others) await folder.remove(other);
      });
    } catch (error) {
      throw asSaveError(error, bytes.length);
    }
  }

  /** Leaves no part of a file behind. */
  async #write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { folder } = this.#place;
    const writer = await folder.write(name);
    try {
      await writer.clear();
      await writer.append(bytes);
    } catch (error) {
      await writer.clear();
      await writer.close();
      await folder.remove(name);
      throw error;
    }
    await writer.close();
  }

  /** What is kept, the youngest first. */
  async list(): Promise<readonly KeptRun[]> {
    const { folder } = this.#place;
    const runs = await Promise.all(
      newestOf(await folder.names()).map(async ({ file: name, id }) => {
        const file = await folder.read(name);
        const facts = file && (await factsIn(name, file));
        if (!file || !facts) return [];
        const note = await readNote(folder, noteOf(id), nameNote);
        return [keptRunOf(id, file.size, note?.name ?? null, facts)];
      }),
    );
    return runs.flat().sort((a, b) => b.at - a.at);
  }

  async name(id: string, name: string): Promise<void> {
    await this.#standing(id);
    await writeNote(this.#place, noteOf(id), { name: name.slice(0, MOST_NAME) });
  }

  async remove(ids: readonly string[]): Promise<void> {
    const { folder } = this.#place;
    for (const file of await folder.names()) {
      const id = named.exec(file)?.[1] ?? /^([0-9a-f]{16})\.json$/.exec(file)?.[1];
      if (id !== undefined && ids.includes(id)) await folder.remove(file);
    }
  }

  /** A run as a file that holds all of it, its name too. Throws UserError 'no-kept-run', 'saved-unreadable'. */
  async take(id: string): Promise<Uint8Array<ArrayBuffer>> {
    const { folder } = this.#place;
    const { file } = await this.#standing(id);
    const kept = await folder.read(file);
    if (kept === null) throw noKeptRun({});
    const bytes = Uint8Array.from(await kept.source(file).read(0, kept.size));
    const note = await readNote(folder, noteOf(id), nameNote);
    if (note === null) return bytes;
    const snapshot = decodeSnapshot(bytes);
    if (snapshot.note === undefined) return bytes;
    return encodeSnapshot({ ...snapshot, note: { ...snapshot.note, name: note.name } });
  }

  /** Keeps a run out of a file. Throws UserError 'saved-unreadable', 'save-…'. */
  async bring(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { note, state } = decodeSnapshot(bytes);
    const id = note?.id ?? newRunId();
    const [standing] = newestOf(await this.#place.folder.names()).filter((one) => one.id === id);
    // What went on here since is not taken back.
    if (standing !== undefined && standing.step > state.step) return;
    await this.put(id, state.step, bytes);
    if (note !== undefined && note.name !== '') await this.name(id, note.name);
  }

  async #standing(id: string): Promise<Standing> {
    const [standing] = newestOf(await this.#place.folder.names()).filter((one) => one.id === id);
    if (standing === undefined) throw noKeptRun({});
    return standing;
  }
}
